//! What each code says, in Italian and English.
//!
//! Places: `{0}` the argument; `{0:form}` the argument in a form: `la` `alla` `della` `una` (a kind with its article;
//! in English `the` `a`), `phrase` and `forms` (of a short form), `q` («x» or nothing), `near` (a guess or nothing), `ask` (the question behind a missing key),
//! `example` (or nothing), `shape` (of a value), `place` (`file:line`), `sign` (of a CSV).

/// One row of the catalogue.
#[derive(Clone, Copy)]
pub struct Sentence {
    pub code: &'static str,
    /// What the arguments are, in order. Empty if there are none.
    pub args: &'static [&'static str],
    pub it: &'static str,
    pub en: &'static str,
    pub advice_it: &'static str,
    pub advice_en: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lang {
    It,
    En,
}

const fn row(
    code: &'static str,
    args: &'static [&'static str],
    it: &'static str,
    en: &'static str,
    advice_it: &'static str,
    advice_en: &'static str,
) -> Sentence {
    Sentence { code, args, it, en, advice_it, advice_en }
}

#[rustfmt::skip]
pub const CATALOGUE: &[Sentence] = &[
    // S: structure.
    row("S101", &["key", "kind here", "kind it belongs to", "id there, or empty"],
        "La chiave «{0}» non sta {1:in}: è {2:della}{3:q}.", "Key «{0}» does not belong to {1:a}: it is of {2:the}{3:q}.",
        "Spostala sotto la sua intestazione, o togli la riga.", "Move it under its own header, or delete the line."),
    row("S102", &[], "Qui ci sono virgolette curve, messe da un programma di scrittura.", "There are curly quotes here, put in by a word processor.",
        "Scrivi \" o ', oppure usa `check --fix`.", "Write \" or ', or use `check --fix`."),
    row("S103", &[], "Qui c'è uno spazio che non si vede e non si può usare.", "There is an invisible space here that cannot be used.",
        "Cancellalo, oppure usa `check --fix`.", "Delete it, or use `check --fix`."),
    row("S104", &["kind", "id", "key", "example"], "{0:Alla}{1:q} manca «{2}»{2:ask}", "{0:The}{1:q} has no «{2}»{2:ask}",
        "{3:example}", "{3:example}"),
    row("S105", &["line where it seems to end"], "Le tre virgolette aperte qui non si chiudono; la regola sembra finire alla riga {0}.",
        "The three quotes opened here never close; the rule seems to end at line {0}.",
        "Metti ''' da solo sulla riga dopo la {0}.", "Put ''' alone on the line after {0}."),
    row("S106", &["row", "cells", "columns", "delimiter"], "Riga {0}: le celle sono {1}, ma le colonne sono {2}. Forse un «{3:sign}» nel testo?",
        "Row {0}: {1} cells for {2} columns. Perhaps a «{3:sign}» in the text?", "Metti fra virgolette la cella che contiene «{3:sign}».", "Put the cell that contains «{3:sign}» in quotes."),
    row("S107", &["the line"], "Questa riga non si capisce: {0}", "This line makes no sense: {0}",
        "Una riga è `[tipo.nome]` oppure `chiave = valore`.", "A line is `[kind.name]` or `key = value`."),
    row("S108", &["key"], "Le virgolette di «{0}» si aprono e non si chiudono.", "The quotes of «{0}» open and do not close.",
        "Chiudi le virgolette su questa riga; per più righe usa '''.", "Close the quotes on this line; for several lines use '''."),
    row("S109", &["key", "value"], "Il valore di «{0}» è un testo: va fra virgolette.", "The value of «{0}» is text: it needs quotes.",
        "`{0} = \"{1}\"`; per sì e no: `true` e `false`.", "`{0} = \"{1}\"`; for yes and no: `true` and `false`."),
    row("S110", &["key"], "«{0}» c'è già in questa sezione.", "«{0}» is already in this section.",
        "Tieni una sola delle due righe; forse qui manca un'intestazione `[…]`.", "Keep one of the two lines; perhaps a header `[…]` is missing here."),
    row("S111", &["name"], "La sezione «{0}» c'è già.", "Section «{0}» exists already.",
        "Unisci le due sezioni, o cambia uno dei nomi.", "Join the two sections, or change one of the names."),
    row("S112", &["key", "kind", "near"], "Non conosco la chiave «{0}» {1:in}.{2:near}", "I don't know key «{0}» in {1:a}.{2:near}", "", ""),
    row("S113", &["kind", "near"], "Non conosco le sezioni «{0}».{1:near}", "I don't know sections «{0}».{1:near}", "", ""),
    row("S114", &["id", "suggestion"], "«{0}» non può fare da nome: servono lettere minuscole senza accento, cifre e _, con una lettera all'inizio, al massimo 40 segni.",
        "«{0}» cannot be a name: small letters without accents, digits and _, beginning with a letter, 40 signs at most.", "Per esempio «{1}».", "For example «{1}»."),
    row("S115", &["key", "kind", "shape", "example, or empty"], "Il valore di «{0}» non va bene: qui serve {2:shape}.", "The value of «{0}» does not fit: {2:shape} is needed here.", "{3:example}", "{3:example}"),
    row("S116", &["key", "low", "high"], "In «{0}» il minimo è più grande del massimo.", "In «{0}» the least is greater than the most.", "`{0} = [{1}, {2}]`", "`{0} = [{1}, {2}]`"),
    row("S117", &["kind", "name"], "Sotto `[{0}]` ogni riga è una cosa con le sue chiavi: «{1}» non ne ha.", "Under `[{0}]` each row is a thing with its keys: «{1}» has none.",
        "`[{0}.nome]` se è una sezione, `{1} = {{ … }}` se è una riga.", "`[{0}.name]` for a section, `{1} = {{ … }}` for a row."),
    row("S118", &[], "Qui c'è una barra rovesciata: nei testi fra virgolette non si usa.", "There is a backslash here: it is not used in quoted text.",
        "Toglila; per più righe usa '''.", "Delete it; for several lines use '''."),
    row("S119", &["value"], "«{0}» qui non si può usare.", "«{0}» cannot be used here.", "Una data va fra virgolette; i numeri stanno fra −10¹² e 10¹².", "A date needs quotes; numbers lie between −10¹² and 10¹²."),
    row("S120", &["file", "near"], "Nella cartella manca {0}.{1:near}", "The folder has no {0}.{1:near}", "È il file con la struttura e le regole.", "It is the file with structure and rules."),
    row("S121", &["file", "near"], "Nella cartella manca {0}, con le parole dello scenario.{1:near}", "The folder has no {0}, with the words of the scenario.{1:near}",
        "Comincia con `# Titolo`; oppure correggi `language` in scenario.toml.", "Begin with `# Title`; or correct `language` in scenario.toml."),
    row("S122", &["most KiB"], "Il file è troppo grande: il limite è {0} KiB.", "The file is too large: the limit is {0} KiB.", "", ""),
    row("S123", &["MiB", "most"], "La cartella è troppo grande: {0} MiB, e il limite è {1}.", "The folder is too large: {0} MiB, the limit is {1}.", "Rimpicciolisci le immagini.", "Make the pictures smaller."),
    row("S124", &["files", "most"], "La cartella ha troppi file: {0}, e il limite è {1}.", "The folder has too many files: {0}, the limit is {1}.", "", ""),
    row("S125", &["signs", "most"], "Il testo è troppo lungo: {0} segni, e il limite è {1}.", "The text is too long: {0} signs, the limit is {1}.", "", ""),
    row("S126", &["line"], "Il file non è in UTF-8: alla riga {0} c'è un segno che non si legge.", "The file is not UTF-8: line {0} has a sign that cannot be read.",
        "Salvalo di nuovo come «UTF-8» (nel foglio di calcolo: «CSV UTF-8»).", "Save it again as “UTF-8” (in a spreadsheet: “CSV UTF-8”)."),
    row("S127", &[], "Il file è vuoto.", "The file is empty.", "", ""),
    row("W128", &["file", "near"], "Il file {0} non viene letto.{1:near}", "File {0} is not read.{1:near}", "Le prove stanno in plays/, le immagini in img/.", "Plays live in plays/, pictures in img/."),
    row("S129", &["key", "word", "words", "near"], "«{1}» non è un valore di «{0}».{3:near}", "«{1}» is not a value of «{0}».{3:near}", "Può essere: {2}.", "It may be: {2}."),
    row("S130", &[], "Le virgolette aperte in questa cella non si chiudono.", "The quotes opened in this cell do not close.", "Chiudile, o toglile.", "Close them, or delete them."),
    row("S131", &["text"], "Dopo le virgolette chiuse la cella continua: «{0}».", "After the closing quotes the cell goes on: «{0}».",
        "Tutta la cella va fra virgolette; quelle nel testo si scrivono due volte.", "The whole cell goes in quotes; those in the text are written twice."),
    row("S132", &[], "La prima colonna deve chiamarsi «id».", "The first column must be called «id».", "La prima riga contiene i nomi delle colonne.", "The first row holds the names of the columns."),
    row("S133", &["column"], "La colonna{0:q} c'è due volte o non ha nome.", "Column{0:q} is there twice, or has no name.", "", ""),
    row("S134", &["column", "near"], "Nessuno legge la colonna «{0}».{1:near}", "Nobody reads column «{0}».{1:near}", "Dichiarala in `has`, o toglila.", "Declare it in `has`, or delete it."),
    row("S148", &["column", "language"], "La colonna «{0}» è una traduzione, ma manca {1}.md.", "Column «{0}» is a translation, but there is no {1}.md.", "Crea {1}.md: comincia con `# Titolo`.", "Make {1}.md: it begins with `# Title`."),
    row("S135", &["file", "near"], "Non trovo il file {0}.{1:near}", "I cannot find file {0}.{1:near}", "", ""),
    row("W136", &["file"], "Nessuno usa {0}.", "Nobody uses {0}.", "Nominalo in `rows` o `roles` di scenario.toml.", "Name it in `rows` or `roles` of scenario.toml."),
    row("S137", &["id", "first row"], "«{0}» c'è già alla riga {1}.", "«{0}» is already in row {1}.", "", ""),
    row("S138", &["kind", "column"], "Nella riga è vuota la cella «{1}», che {0:alla} serve.", "In this row cell «{1}» is empty, and {0:the} needs it.", "", ""),
    row("S149", &["id"], "«{0}» c'è già in questo elenco.", "«{0}» is in this list already.", "Per più carte uguali: `qty = 2`.", "For several equal cards: `qty = 2`."),
    row("S140", &[], "Manca il titolo: la prima riga deve essere `# Titolo`.", "The title is missing: the first line must be `# Title`.", "", ""),
    row("S141", &[], "C'è del testo prima del titolo.", "There is text before the title.", "Spostalo sotto `# Titolo`.", "Move it below `# Title`."),
    row("S142", &[], "Il titolo con un solo # c'è già.", "There is already a heading with one #.", "Scrivi `## …`.", "Write `## …`."),
    row("S143", &["heading"], "Non capisco il titolo «{0}»: serve un tipo, un nome e i due punti.", "I don't understand heading «{0}»: it takes a kind, a name and a colon.",
        "Per esempio: `## phase voto: Si vota`", "For example: `## phase voto: We vote`"),
    row("S144", &["kind", "title"], "Di quale cosa è questo titolo? Dopo «{0}» manca il nome.", "Whose title is this? The name is missing after «{0}».", "`## {0} nome: {1}`", "`## {0} name: {1}`"),
    row("S145", &[], "Questa riga comincia con un trattino, ma non ha un nome.", "This line begins with a dash but has no name.", "`- nome: testo`; per un elenco nel testo usa `*`.", "`- name: text`; for a list in the text use `*`."),
    row("S146", &[], "Manca la sezione `[people]`: quanti posti, quanti tavoli, chi arriva tardi.", "Section `[people]` is missing: how many seats, how many tables, latecomers.", "", ""),
    row("S147", &["count", "most"], "Qui le righe sono troppe: {0}, e il limite è {1}.", "Too many rows here: {0}, the limit is {1}.", "", ""),
    row("W149", &["text"], "`review` dice chi ha rivisto le norme: «{0}» è una persona?", "`review` says who has reviewed the law: is «{0}» a person?", "Se nessuno le ha ancora riviste: `review = \"pending\"`", "If nobody has yet: `review = \"pending\"`"),
    // N: names.
    row("N201", &["name", "near", "example"], "Non conosco «{0}».{1:near}", "I don't know «{0}».{1:near}", "{2:example}", "{2:example}"),
    row("N219", &["function", "near", "functions of the kind"], "Non conosco la funzione «{0}».{1:near}", "I don't know function «{0}».{1:near}", "Di questo genere ci sono: {2}.", "Of this kind there are: {2}."),
    row("N202", &["name"], "«{0}» è già il nome di un'altra cosa.", "«{0}» already names another thing.", "Cambia uno dei due nomi.", "Rename one of the two."),
    row("N203", &["name", "scope: seat, team, …"], "«{0}» è {1:di}: di quale? Qui nessuno agisce.", "«{0}» belongs to {1:a}: whose? Nobody acts here.",
        "Per esempio: `for each s in seats: …`, oppure `{0} of …`.", "For example: `for each s in seats: …`, or `{0} of …`."),
    row("N206", &["text", "name"], "Al testo «{0}» manca «{1}»: qui nessuno glielo dà.", "Text «{0}» lacks «{1}»: nobody hands it over here.", "`show {0} with {1} = …`", "`show {0} with {1} = …`"),
    // T: types.
    row("T301", &["left kind", "right kind"], "A sinistra c'è {0:una}, a destra {1:una}: non si confrontano.", "{0:A} on the left, {1:a} on the right: not comparable.", "Confronta cose dello stesso tipo.", "Compare things of one type."),
    row("T323", &["wanted kind", "kind there", "example"], "Qui serve {0:una}, e c'è {1:una}.", "{0:A} is needed here, and there is {1:a}.", "{2:example}", "{2:example}"),
    row("T324", &["text", "phrase", "near"], "«{0}» non è {1:phrase}.{2:near}", "«{0}» is not {1:phrase}.{2:near}", "Può essere: {1:forms}.", "It may be: {1:forms}."),
    row("T325", &[], "«draw» prende carte da un mazzo o da un mucchio.", "«draw» takes cards from a stack or a pool.", "Per una persona a sorte: `pick 1 of seats into …`.", "For a person by lot: `pick 1 of seats into …`."),
    row("T326", &[], "Qui c'è più di una cosa, e ne serve una sola.", "There is more than one thing here, and one is needed.", "`first(…)` ne prende una; `best`, `least` e `most` danno una lista, con tutti i pari.", "`first(…)` takes one; `best`, `least` and `most` give a list, with all ties."),
    row("T327", &["one kind", "other kind"], "Da una parte c'è {0:una}, dall'altra {1:una}: qui serve la stessa cosa.", "{0:A} on one side, {1:a} on the other: the same is needed here.", "", ""),
    row("T328", &["token"], "Il disegno delle caselle che «{0}» copre non va bene.", "The drawing of the cells that «{0}» covers does not fit.", "Una riga di segni per ogni fila di caselle, `.` per quelle vuote: `covers = [\"##\", \"#.\"]`, al massimo 64 caselle, su un tabellone `grid`.", "A row of signs for each row of cells, `.` for those left free: `covers = [\"##\", \"#.\"]`, 64 cells at most, on a `grid` board."),
    row("T329", &["word"], "Non si può tenere un valore per ogni «{0}».", "There cannot be one value for each «{0}».",
        "`each` può essere `seat`, `team`, `table`, `role`, `number`, una lista, un pezzo, `space of …`.", "`each` may be `seat`, `team`, `table`, `role`, `number`, a list, a token, `space of …`."),
    row("T330", &["list"], "Le voci di «{0}» non hanno un testo: `text of` non mostra niente.", "The things of «{0}» have no text: `text of` shows nothing.",
        "I testi stanno nella colonna `text` di un foglio, `rows = \"{0}.csv\"`; per il nome, `name of …`.", "Texts stand in the column `text` of a sheet, `rows = \"{0}.csv\"`; for the name, `name of …`."),
    row("T331", &[], "Quanti dadi: un conto va fra parentesi.", "How many dice: a sum needs brackets.", "`roll (quanti of s) dice into …`", "`roll (how_many of s) dice into …`"),
    row("W307", &["input", "the one looked at"], "Qui «{0}» è di chi si sta guardando, non di chi fa la mossa.", "Here «{0}» is of the one looked at, not of whoever makes the move.", "`{0} of me` per chi fa la mossa; `{0} of {1}` se volevi l'altro.", "`{0} of me` for whoever makes the move; `{0} of {1}` if you meant the other."),
    row("W309", &["input", "the one looked at"], "Qui «{0}» è di chi si sta guardando, non del gruppo che fa la mossa.", "Here «{0}» is of the one looked at, not of the group that makes the move.", "Dalle un nome prima, `let sua = {0}`, e qui usa quello; `{0} of {1}` se volevi l'altro.", "Give it a name before, `let own = {0}`, and use that here; `{0} of {1}` if you meant the other."),
    row("W308", &[], "Da una parte e dall'altra c'è la stessa cosa.", "The same thing stands on both sides.", "Un nome da solo è di chi si sta guardando; di chi agisce: `… of me`.", "A bare name is of the one looked at; of whoever acts: `… of me`."),
    row("T302", &[], "Per confrontare si scrive «is».", "To compare, write «is».", "Per esempio: `if fiducia is 3:`", "For example: `if fiducia is 3:`"),
    row("T304", &["sign", "near"], "Non capisco «{0}».{1:near}", "«{0}» is unknown.{1:near}", "", ""),
    row("T305", &[], "Il tempo che passa non sta nei valori.", "Passing time does not live in values.", "Usa un timer, e `t is over`.", "Use a timer, and `t is over`."),
    row("T306", &[], "Il caso non sta nelle espressioni.", "Chance does not live in expressions.", "Prima `roll 1 dice into d`.", "First `roll 1 dice into d`."),
    row("N204", &["name"], "«{0}» è una parola della lingua: non può fare da nome.", "«{0}» is a word of the language: it cannot be a name.", "Scegli un altro nome.", "Choose another name."),
    row("N205", &["name"], "«{0}» ha un valore per ognuno: di quale parli?", "«{0}» has a value for each: which one?", "`{0}[…]`", "`{0}[…]`"),
    row("N207", &["name"], "«{0}» è un elenco o un testo: qui serve una cosa sola o un insieme.", "«{0}» is a list or a text: one thing or a set is needed here.", "`all {0}`, oppure `show {0} to …`.", "`all {0}`, or `show {0} to …`."),
    row("N208", &[], "Qui nessuno agisce: «me» non c'è.", "Nobody acts here: there is no «me».", "`for each s in seats: …`", "`for each s in seats: …`"),
    row("N209", &[], "Qui non si guarda niente: «it» non c'è.", "Nothing is looked at here: there is no «it».", "«it» vale dopo `where`.", "«it» holds after `where`."),
    row("N210", &["name", "scope"], "«{0}» è {1:di}, e da qui non ci si arriva.", "«{0}» belongs to {1:a}, which cannot be reached from here.", "", ""),
    row("N211", &["name"], "«{0}» non ricorda i giri passati: non sta in un ciclo con «as».", "«{0}» does not remember earlier passes: it is not in a loop with «as».", "`repeat … times as giro:`, oppure `per = \"giro\"`.", "`repeat … times as giro:`, or `per = \"giro\"`."),
    row("N212", &["name"], "`show` e `note` vogliono un testo delle parole:{0:q} non lo è.", "`show` and `note` take a text of the words:{0:q} is none.", "`## text` in it.md, poi `- {0:name}: …`.", "`## text` in it.md, then `- {0:name}: …`."),
    row("N213", &["move"], "La mossa «{0}» c'è già in un'altra fase.", "Move «{0}» exists already in another phase.", "I nomi delle mosse sono unici.", "Names of moves are unique."),
    row("N214", &["space", "board"], "La casella «{0}» non c'è nel tabellone «{1}».", "Board «{1}» has no space «{0}».", "", ""),
    row("T307", &[], "La riga finisce troppo presto.", "The line ends too early.", "", ""),
    row("T308", &["word"], "Qui non mi aspettavo «{0}».", "I did not expect «{0}» here.", "", ""),
    row("T309", &["word"], "Qui manca «{0}».", "«{0}» is missing here.", "", ""),
    row("T310", &["sign"], "In una regola non ci vanno virgolette: «{0}».", "Quotes do not belong in a rule: «{0}».", "I testi stanno in it.md; qui si usano i nomi.", "Texts live in it.md; here one uses names."),
    row("T311", &[], "Qui serve una zona.", "A zone is needed here.", "Per esempio `carte of s`.", "For example `carte of s`."),
    row("T312", &[], "Le parentesi quadre vanno dopo un nome.", "Square brackets go after a name.", "", ""),
    row("T313", &[], "Per questo tabellone servono altri numeri tra parentesi.", "This board takes other numbers in brackets.", "`pista[5]`, `griglia[3, 4]`", "`pista[5]`, `griglia[3, 4]`"),
    row("T314", &[], "Questo non si può cambiare con una regola.", "A rule cannot change this.", "Si cambiano variabili, e ruolo, squadra, stato di un posto.", "Variables can change, and role, team, status of a seat."),
    row("T315", &["kind"], "Qui serve una carta o una pedina, e c'è {0:una}.", "A card or pawn is needed here, and there is {0:a}.", "", ""),
    row("T316", &["move"], "«resolve» giudica le risposte della mossa «{0}», che non dice quando una fallisce.", "«resolve» judges the answers to move «{0}», which does not say when one fails.", "`fails = \"…\"` sotto la mossa.", "`fails = \"…\"` under the move."),
    row("N220", &["kind of group", "all of them"], "Questa regola forma dei gruppi «{0}», ma un gruppo «{0}» non è dichiarato.", "This rule makes groups «{0}», but no group «{0}» is declared.", "Sotto `[people]`: `groups = [{1}]`", "Under `[people]`: `groups = [{1}]`"),
    row("N216", &["channel"], "Al canale «{0}» mancano i segni da mandare.", "Channel «{0}» lacks the signs to send.", "`symbols = [\"👍\", \"✋\"]`", "`symbols = [\"👍\", \"✋\"]`"),
    row("W218", &["channel"], "Nel canale «{0}» i disegni non viaggiano ancora.", "Drawings do not travel in channel «{0}» yet.", "Una mossa `extra` con `ask.segno = \"drawing\"` e un pannello `quotes`.", "An `extra` move with `ask.sign = \"drawing\"` and a `quotes` panel."),
    row("T317", &["function", "count", "how many it takes", "example"], "«{0}» prende fra parentesi un altro numero di cose: {2}, non {1}.", "«{0}» takes another number of things in its brackets: {2}, not {1}.", "{3:example}", "{3:example}"),
    row("T318", &["value", "kind"], "«{0}» non è {1:una}.", "«{0}» is not {1:a}.", "", ""),
    row("T319", &["shape"], "Non conosco il tabellone «{0}».", "I don't know board «{0}».", "`path 0 to 63`, `ring 24`, `grid 5 by 5 by 4`, `graph`", "`path 0 to 63`, `ring 24`, `grid 5 by 5 by 4`, `graph`"),
    row("T320", &["edge"], "Non capisco il collegamento «{0}».", "I don't understand edge «{0}».", "`a-b` nei due sensi, `a>b` in uno; le caselle stanno in `spaces`.", "`a-b` both ways, `a>b` one way; spaces live in `spaces`."),
    row("T321", &["value", "kind"], "Qui all'inizio può stare solo «all {1}», o quante di ognuna.", "Only «all {1}» can be here at the start, or how many of each.", "", ""),
    row("N215", &["key", "board"], "Una casella del tabellone «{1}» ha «{0}», che non è in `has`.", "A space of board «{1}» has «{0}», which is not in `has`.", "`has = {{ {0} = \"number\" }}`", "`has = {{ {0} = \"number\" }}`"),
    row("W217", &["token"], "Nessuno mette in gioco «{0}»: non comincia in nessun posto e nessuna regola lo fa.", "Nobody puts «{0}» into play: it starts nowhere and no rule makes it.", "`start` alla zona o al pezzo, oppure `make 1 {0} in …`.", "`start` for the zone or the token, or `make 1 {0} in …`."),
    row("T322", &["variable"], "«{0}» ha un valore per ognuno: il suo inizio non può essere una formula.", "«{0}» has a value for each: its start cannot be a formula.", "Dalle un valore nella regola `before` della prima fase.", "Give it a value in rule `before` of the first phase."),
    row("F408", &["most"], "Il flusso ha troppi blocchi uno dentro l'altro: al massimo {0}.", "The flow has too many blocks one inside another: {0} at most.", "", ""),
    row("F409", &["phase", "near", "example"], "Non c'è una fase «{0}».{1:near}", "There is no phase «{0}».{1:near}", "{2:example}", "{2:example}"),
    row("B602", &["most"], "Questa formula ha troppe parentesi una dentro l'altra: al massimo {0}.", "This formula has too many brackets one inside another: {0} at most.", "", ""),
    row("B603", &["most"], "Troppi blocchi uno dentro l'altro: al massimo {0}.", "Too many blocks one inside another: {0} at most.", "", ""),
    row("B604", &["most"], "Questa regola usa troppi nomi propri: al massimo {0}.", "This rule uses too many names of its own: {0} at most.", "Dividila in due.", "Split it in two."),
    row("W806", &["text"], "Nessuna regola mostra il testo «{0}».", "No rule shows text «{0}».", "`show {0} to table`, oppure toglilo.", "`show {0} to table`, or delete it."),
    row("R901", &["line", "kind"], "Non capisco questa riga della prova: «{0}».", "I don't understand this line of the play: «{0}».", "Si scrive così: {1:forms}.", "It is written like this: {1:forms}."),
    row("R902", &["play", "values"], "La prova «{0}» non torna qui: {1:values}.", "Play «{0}» does not hold here: {1:values}.", "Correggi la regola, o la prova.", "Mend the rule, or the play."),
    row("R903", &["play", "refusal", "input", "given", "offered"], "Nella prova «{0}» questa riga è rifiutata{2:q}: {1:refusal}.{3:given}{4:offered}", "In play «{0}» this line is refused{2:q}: {1:refusal}.{3:given}{4:offered}",
        "Correggi la regola, o la prova{1:sure}; se deve essere rifiutata, `refused {1}: …`.", "Mend the rule, or the play{1:sure}; if it should be refused, `refused {1}: …`."),
    row("R904", &["play", "wanted", "got"], "Nella prova «{0}» questa riga doveva essere rifiutata ({1:refusal}), e invece {2:instead}.", "In play «{0}» this line should be refused ({1:refusal}), and {2:instead}.", "Correggi la regola, o la prova.", "Mend the rule, or the play."),
    row("R905", &["play", "person", "what"], "Nella prova «{0}» qui {1} vede {2}, e non dovrebbe.", "In play «{0}» {1} sees {2} here, and should not.", "Stringi `seen`, oppure `conceal`.", "Narrow `seen`, or `conceal`."),
    row("R906", &["play", "person", "what"], "Nella prova «{0}» qui {1} non vede {2}.", "In play «{0}» {1} does not see {2} here.", "Allarga `seen`, oppure `reveal … to …`.", "Widen `seen`, or `reveal … to …`."),
    row("R909", &["play", "what"], "Nella prova «{0}» qui {1} non c'è, o non è di nessuno: non vederlo non prova niente.", "In play «{0}» {1} is not there, or is nobody's: not to see it proves nothing.", "", ""),
    row("R911", &["play", "person", "words", "line"], "Nella prova «{0}» sullo schermo di {1} non c'è scritto «{2}».{3:nearest}", "In play «{0}» {1}'s screen does not say «{2}» here.{3:nearest}", "Correggi le parole, o la prova.", "Mend the words, or the play."),
    row("R910", &["play"], "Nella prova «{0}» questa sorte non serve a nessuno: nessun tiro la usa, o non è fra i casi possibili.", "In play «{0}» nobody takes this chance: no draw uses it, or it is not among the possible outcomes.",
        "Un valore per ogni dado e per ogni `pick` (`pick 2 of …`: due valori); una lista `[ … ]` per `shuffle` e `group`.", "A value for each die and for each `pick` (`pick 2 of …`: two values); a list `[ … ]` for `shuffle` and `group`."),
    row("R907", &["play", "phases"], "La prova «{0}» qui è in un'altra fase: {1:none}.", "Play «{0}» is in another phase here: {1:none}.", "Correggi il flusso, o la prova.", "Mend the flow, or the play."),
    row("R908", &["play", "endings"], "La prova «{0}» non finisce così. Finali, e fra parentesi chi vince: {1:none}.", "Play «{0}» does not end like this. Endings, and in brackets who wins: {1:none}.", "Correggi la regola, o la prova.", "Mend the rule, or the play."),
    // F: flow.
    row("F410", &["jump"], "«{0}» si scrive in una regola, non nel flusso.", "«{0}» is written in a rule, not in the flow.",
        "Mettila in `before` o in `after` di una fase; un ciclo finisce anche con `repeat at most 5 times until …`.", "Put it into `before` or `after` of a phase; a loop also ends with `repeat at most 5 times until …`."),
    row("F401", &["phase"], "La fase «{0}» è due volte nel flusso.", "Phase «{0}» stands twice in the flow.", "Usa un ciclo, o una seconda fase.", "Use a loop, or a second phase."),
    row("F402", &["phase"], "Alla fase «{0}» non si arriva mai.", "Phase «{0}» is never reached.", "Mettila nel flusso.", "Put it in the flow."),
    row("F403", &[], "Questa fase non può finire: nessuno ha una mossa.", "This phase cannot end: nobody has a move.", "`ack = true`, oppure `ends = \"desk\"`.", "`ack = true`, or `ends = \"desk\"`."),
    row("F404", &[], "Un blocco aperto più su non si chiude.", "A block opened above is not closed.", "Metti `end`.", "Put `end`."),
    row("W405", &[], "Il rientro dice una cosa, «end» un'altra: questa riga è dentro o fuori?", "Indentation says one thing, «end» another: is this line in or out?", "Allinea la riga al suo blocco, o sposta `end`.", "Align the line with its block, or move `end`."),
    row("F406", &[], "Una fase coperta deve durare un tempo esatto, altrimenti la fretta tradisce il ruolo.", "A covered phase must last an exact time, or haste betrays the role.", "`ends = \"time\"`", "`ends = \"time\"`"),
    row("W410", &["input"], "A tempo scaduto questa mossa resta senza risposta: «random» non inventa quello che si scrive in «{0}».", "When time is up this move stays without an answer: «random» does not make up what is written in «{0}».",
        "`timeout = \"pass\"`, se va bene così; oppure `optional = true` per «{0}».", "`timeout = \"pass\"`, if that is meant; or `optional = true` for «{0}»."),
    row("W411", &[], "Qui prima dovrebbe esserci qualcosa: il blocco è vuoto.", "Something should stand before this: the block is empty.", "Rimetti la riga che manca, o togli il blocco.", "Put the missing line back, or take the block away."),
    // V: visibility.
    row("W501", &["what", "unused"], "«{0}» qui non lo vede nessuno: al suo posto apparirà «…».", "Nobody here sees «{0}»: people will read «…» in its place.", "Allarga `seen`, usa `reveal {0} to table`, oppure toglilo dal testo.", "Widen `seen`, use `reveal {0} to table`, or take it out of the text."),
    row("V503", &["name"], "Chi risponde vedrebbe «{0}» di un altro nell'elenco delle scelte.", "The list of answers would show somebody else's «{0}».", "`one of places of …`", "`one of places of …`"),
    row("W507", &["name"], "Chi legge questo pannello può non vedere «{0}»: da quali righe ci sono, e in che ordine, lo capisce.", "Who reads this panel may not see «{0}»: which rows there are, and in what order, tells it.",
        "Righe scelte e ordinate per cose che tutti vedono; `reveal {0}` prima; o `least = 3`, se sono conti su più persone.", "Rows chosen and sorted by what everybody sees; `reveal {0}` before; or `least = 3`, where they count over several people."),
    row("W503", &["name"], "Il rifiuto di questa mossa dice a chi prova «{0}», che non vede.", "A refusal of this move tells who tries «{0}», which they do not see.", "Un altro controllo, o `meant`.", "Another check, or `meant`."),
    row("W504", &["id"], "«meant» nomina «{0}», ma lì non trapela niente.", "«meant» names «{0}», but nothing leaks there.", "Togli il nome.", "Delete the id."),
    row("V504", &[], "In una fase coperta tutti ricevono questo elenco, anche chi non lo può vedere.", "In a covered phase everybody gets this list, also who may not see it.", "Un insieme più largo, con `where`.", "A wider set, with `where`."),
    row("V505", &[], "Chi agisce qui è un segreto: la fase lo copre o no?", "Who acts here is a secret: does the phase cover it or not?", "`cover = true`, oppure `cover = false`.", "`cover = true`, or `cover = false`."),
    row("V506", &[], "Questa risposta è solo di chi la dà: qui servono almeno tre persone.", "This answer is its owner's alone: at least three people are needed here.", "`least = 3`", "`least = 3`"),
    // B: bounds.
    // P: people.
    row(
        "P701",
        &[],
        "Quando le persone non si dividono in parti uguali ne avanza qualcuna: che cosa fa?",
        "When people do not part evenly somebody is left over: what do they do?",
        "`, leftover join` (oppure `small`, `rest`, `observe`).",
        "`, leftover join` (or `small`, `rest`, `observe`).",
    ),
    row("P702", &["people"], "Con {0} persone i ruoli non bastano.", "With {0} people the roles run out.", "`rest` a un ruolo, o `more_seats`.", "`rest` for a role, or `more_seats`."),
    row("W704", &["best", "least", "most"], "«best» è {0}, ma a un tavolo siedono da {1} a {2} persone.", "«best» is {0}, but {1} to {2} people sit at a table.", "Quante persone sono il numero migliore, fra {1} e {2}?", "How many people are best, between {1} and {2}?"),
    row("P703", &["seats", "cards needed", "cards there"], "Con {0} posti servono {1} carte e il mazzo ne ha {2}.", "With {0} seats {1} cards are needed, the deck has {2}.", "Per esempio: `min(7, {2} div count(seats))`.", "For example: `min(7, {2} div count(seats))`."),
    // X: words.
    row("X801", &["kind", "id", "file", "words to paste"], "Mancano le parole per {0:la} «{1}». Incolla in {2}: `{3}`", "{0:The} «{1}» has no words. Paste into {2}: `{3}`", "", ""),
    row("X802", &["kind", "id", "other place"], "Le parole {0:della} «{1}» sono anche altrove ({2:place}).", "The words of {0:the} «{1}» also stand elsewhere ({2:place}).", "Tienine un posto solo.", "Keep one place only."),
    row("X803", &["kind", "id", "child", "file"], "{0:Alla} «{1}» mancano le parole per «{2}».", "{0:The} «{1}» has no words for «{2}».", "Aggiungi sotto il suo titolo in {3}: `- {2}: …`", "Add below its heading in {3}: `- {2}: …`"),
    row("X804", &["kind", "id", "file", "words to paste"], "In {2} manca la traduzione {0:della} «{1}».", "{2} has no translation of {0:the} «{1}».", "Incolla: `{3}`", "Paste: `{3}`"),
    row("X805", &["kind", "id", "near"], "Queste parole non sono di nessuno: non c'è {0:una} «{1}».{2:near}", "These words belong to nothing: there is no {0:kind} «{1}».{2:near}", "", ""),
    row("X808", &["kind", "id"], "{0:Alla} «{1}» manca il titolo, dopo i due punti.", "{0:The} «{1}» has no title after the colon.", "", ""),
    row("X809", &["kind", "near"], "Non conosco i titoli che cominciano con «{0}».{1:near}", "I don't know headings that begin with «{0}».{1:near}", "Un titolo è `## tipo nome: Titolo`.", "A heading is `## kind name: Title`."),
    row("X810", &["kind", "id", "child", "near"], "{0:La} «{1}» non ha niente che si chiami «{2}».{3:near}", "{0:The} «{1}» has nothing called «{2}».{3:near}", "Per un elenco nel testo usa `*`.", "For a list in the text use `*`."),
    row("X811", &["text"], "Il testo «{0}» è vuoto.", "Text «{0}» is empty.", "", ""),
    row("X813", &["child"], "«{0}» c'è già sotto questo titolo.", "«{0}» is already below this heading.", "Tienine uno solo.", "Keep one only."),
    row("W815", &["kind", "id", "child", "file", "file without it"], "Sotto {0:la} «{1}» la riga «{2}» c'è in {3} e manca in {4}.", "Below {0:the} «{1}» line «{2}» stands in {3} and is missing in {4}.", "`- {2}: …`, in tutte le lingue o in nessuna.", "`- {2}: …`, in every language or in none."),
    row("W812", &["kind", "id"], "Le parole {0:della} «{1}» sono ancora da scrivere.", "The words of {0:the} «{1}» are still to be written.", "Al posto di «…».", "In place of «…»."),
];

/// How a kind is called: with its articles in Italian, and in English.
struct Noun {
    kind: &'static str,
    la: &'static str,
    alla: &'static str,
    della: &'static str,
    una: &'static str,
    en: &'static str,
}

const fn noun(kind: &'static str, la: &'static str, alla: &'static str, della: &'static str, una: &'static str, en: &'static str) -> Noun {
    Noun { kind, la, alla, della, una, en }
}

#[rustfmt::skip]
const NOUNS: &[Noun] = &[
    noun("scenario", "la testa del file", "alla testa del file", "della testa del file", "una testa di file", "head of the file"),
    noun("people", "la sezione «people»", "alla sezione «people»", "della sezione «people»", "una sezione «people»", "section «people»"),
    noun("role", "il ruolo", "al ruolo", "del ruolo", "un ruolo", "role"),
    noun("team", "la squadra", "alla squadra", "della squadra", "una squadra", "team"),
    noun("parameter", "il parametro", "al parametro", "del parametro", "un parametro", "parameter"),
    noun("list", "la lista", "alla lista", "della lista", "una lista", "list"),
    noun("token", "il pezzo", "al pezzo", "del pezzo", "un pezzo", "token"),
    noun("data", "la tabella", "alla tabella", "della tabella", "una tabella", "data table"),
    noun("variable", "la variabile", "alla variabile", "della variabile", "una variabile", "variable"),
    noun("value", "il valore", "al valore", "del valore", "un valore", "value"),
    noun("zone", "la zona", "alla zona", "della zona", "una zona", "zone"),
    noun("board", "il tabellone", "al tabellone", "del tabellone", "un tabellone", "board"),
    noun("land", "l'arrivo", "all'arrivo", "dell'arrivo", "un arrivo", "landing"),
    noun("channel", "il canale", "al canale", "del canale", "un canale", "channel"),
    noun("phase", "la fase", "alla fase", "della fase", "una fase", "phase"),
    noun("move", "la mossa", "alla mossa", "della mossa", "una mossa", "move"),
    noun("trigger", "l'automatismo", "all'automatismo", "dell'automatismo", "un automatismo", "trigger"),
    noun("ending", "il finale", "al finale", "del finale", "un finale", "ending"),
    noun("inject", "l'imprevisto", "all'imprevisto", "dell'imprevisto", "un imprevisto", "inject"),
    noun("panel", "il pannello", "al pannello", "del pannello", "un pannello", "panel"),
    noun("debrief", "la pagina finale", "alla pagina finale", "della pagina finale", "una pagina finale", "debrief page"),
    noun("text", "il testo", "al testo", "del testo", "un testo", "text"),
    noun("play", "la prova", "alla prova", "della prova", "una prova", "play"),
    noun("input", "il campo", "al campo", "del campo", "un campo", "input"),
    noun("item", "la voce", "alla voce", "della voce", "una voce", "item"),
    noun("seat", "il posto", "al posto", "del posto", "un posto", "seat"),
    noun("table", "il tavolo", "al tavolo", "del tavolo", "un tavolo", "table"),
    noun("session", "la sessione", "alla sessione", "della sessione", "una sessione", "session"),
    noun("group", "il gruppo", "al gruppo", "del gruppo", "un gruppo", "group"),
    noun("space", "la casella", "alla casella", "della casella", "una casella", "space"),
    noun("number", "il numero", "al numero", "del numero", "un numero", "number"),
    noun("decimal", "il numero con la virgola", "al numero con la virgola", "del numero con la virgola", "un numero con la virgola", "decimal"),
    noun("duration", "la durata", "alla durata", "della durata", "una durata", "duration"),
    noun("status", "lo stato", "allo stato", "dello stato", "uno stato", "status"),
    noun("answer", "la risposta", "alla risposta", "della risposta", "una risposta", "answer"),
    noun("yes/no", "il sì o no", "al sì o no", "del sì o no", "un sì o no", "yes or no"),
];

/// The question behind a key that is missing.
#[rustfmt::skip]
const QUESTIONS: &[(&str, &str, &str)] = &[
    ("mode", "in segreto o subito?", "sealed or at once?"),
    ("timeout", "che cosa vale quando il tempo finisce?", "what counts when time runs out?"),
    ("ends", "che cosa la chiude?", "what closes it?"),
    ("limit", "quanto può durare?", "how long may it last?"),
    ("who", "chi agisce?", "who acts?"),
    ("seen", "chi può vedere?", "who may see?"),
    ("of", "di chi è: del tavolo, della squadra, del posto?", "whose is it: the table's, the team's, the seat's?"),
    ("agree", "quanti devono essere d'accordo?", "how many must agree?"),
    ("accept", "chi dice sì o no?", "who says yes or no?"),
    ("in", "in quali fasi?", "in which phases?"),
    ("absent", "che cosa si fa se una persona sparisce dalla rete?", "what if a person drops from the network?"),
    ("latecomers", "chi arriva tardi entra, guarda o resta fuori?", "do latecomers join, watch or stay out?"),
    ("leftover", "dove va chi non riempie un tavolo?", "where do people go who do not fill a table?"),
    ("teams_by", "come si formano le squadre?", "how are teams made?"),
    ("deal", "come si danno i ruoli?", "how are roles given?"),
    ("more_seats", "che cosa si fa se le persone sono più dei ruoli?", "what if there are more people than roles?"),
    ("moment", "in quale momento della discussione?", "at which moment of the discussion?"),
    ("on", "su quali schermi?", "on which screens?"),
    ("flow", "che cosa viene dopo che cosa?", "what comes after what?"),
    ("seats", "quanti posti a un tavolo?", "how many seats at a table?"),
    ("tables", "quanti tavoli?", "how many tables?"),
    ("else", "che cosa vale per quello che non c'è?", "what holds for what is not listed?"),
    ("log", "che cosa resta nel diario?", "what stays in the journal?"),
];

/// Short forms with a grammar of their own: what they are called, and what may stand there.
#[rustfmt::skip]
const PHRASES: &[(&str, &str, &str, &str, &str)] = &[
    ("expect line", "una riga `expect`", "an `expect` line", "`expect: punti of ada is 3`, `expect at 2: …`, `expect phase mercato`, `expect phase mercato for ada`, `expect end vittoria`, `expect end vittoria for ada`, `expect winners ada, bruno`, `expect ada sees punti of bruno`, `expect ada does not see …`, `expect ada reads \"…\"`, `expect ada does not read \"…\"`",
        "`expect: punti of ada is 3`, `expect at 2: …`, `expect phase mercato`, `expect phase mercato for ada`, `expect end vittoria`, `expect end vittoria for ada`, `expect winners ada, bruno`, `expect ada sees punti of bruno`, `expect ada does not see …`, `expect ada reads \"…\"`, `expect ada does not read \"…\"`"),
    ("person line", "una riga di qualcuno", "somebody's line", "`ada: mossa campo = valore, …`, `ada: ack`, `ada: spoken`, `ada: hand up`, `ada backs mossa`, `ada backs mossa of bruno`, `ada accepts mossa`, `ada declines mossa`, `ada drops`, `ada returns`, `ada leaves`, `elia arrives`, `elia arrives at 2`",
        "`ada: mossa campo = valore, …`, `ada: ack`, `ada: spoken`, `ada: hand up`, `ada backs mossa`, `ada backs mossa of bruno`, `ada accepts mossa`, `ada declines mossa`, `ada drops`, `ada returns`, `ada leaves`, `elia arrives`, `elia arrives at 2`"),
    ("desk line", "una riga della regia", "a line of the desk", "`desk: next`, `desk: pause`, `desk: resume`, `desk: extend 2 min`, `desk: set nome = 3`, `desk: inject nome`, `desk: mossa campo = valore`, `desk accepts mossa`, `desk declines mossa`",
        "`desk: next`, `desk: pause`, `desk: resume`, `desk: extend 2 min`, `desk: set nome = 3`, `desk: inject nome`, `desk: mossa campo = valore`, `desk accepts mossa`, `desk declines mossa`"),
    ("play line", "una riga della prova", "a line of a play", "`time 1 min`, `chance 4, 2`, `given: fiducia = 9`, `given at 2: …`, `begin fase`, `begin fase with giro = 2`",
        "`time 1 min`, `chance 4, 2`, `given: fiducia = 9`, `given at 2: …`, `begin fase`, `begin fase with giro = 2`"),
    ("refused line", "una riga `refused`", "a `refused` line", "`refused turn: ada: mossa …`, turn, choice, limit, type, check, condition, times, closed, unknown, sure",
        "`refused turn: ada: mossa …`, turn, choice, limit, type, check, condition, times, closed, unknown, sure"),
    ("input", "un modo di chiedere", "a way to ask",
        "`yes/no`, `one of …`, `2 of …`, `1 to 3 of …`, `any of …`, `number from 0 to 10`, `decimal from 0 to 1`, `text up to 200`, `text up to 800 lines`, `order of …`, `tiers 1 2 1 of …`, `share 10 over …`, `drawing`",
        "`yes/no`, `one of …`, `2 of …`, `1 to 3 of …`, `any of …`, `number from 0 to 10`, `decimal from 0 to 1`, `text up to 200`, `text up to 800 lines`, `order of …`, `tiers 1 2 1 of …`, `share 10 over …`, `drawing`"),
    ("limit", "un tempo", "a time", "`45 s`, `3 min`, `1 h`, `none`, un conto fra parentesi come `(giri + 2) min`; dopo, `each` o `fixed`",
        "`45 s`, `3 min`, `1 h`, `none`, a sum in brackets like `(rounds + 2) min`; then `each` or `fixed`"),
    ("ends", "un modo di finire", "a way to end", "`all done`, `3 done`, `desk`, `time`, `at once`, `when …`; più d'uno con `or`",
        "`all done`, `3 done`, `desk`, `time`, `at once`, `when …`; several with `or`"),
    ("audience", "un modo di dire chi vede", "a way to say who sees",
        "`nobody`, `desk`, `owner`, `only owner`, `role`, `role lupo`, `team`, `team rossi`, un tipo di gruppo, `table`, `all`; più d'uno con la virgola",
        "`nobody`, `desk`, `owner`, `only owner`, `role`, `role wolf`, `team`, `team reds`, a kind of group, `table`, `all`; several with a comma"),
    ("scope", "un modo di dire di chi è", "a way to say whose it is", "`session`, `table`, `team`, `seat`, un tipo di gruppo o di pezzo",
        "`session`, `table`, `team`, `seat`, a kind of group or token"),
    ("type", "un tipo", "a type", "`number`, `decimal`, `yes/no`, `text`, `seat`, `team`, `table`, `role`, una lista, un pezzo, un gruppo, `space of …`; davanti `list of`, dietro `or none`",
        "`number`, `decimal`, `yes/no`, `text`, `seat`, `team`, `table`, `role`, a list, a token, a group, `space of …`; `list of` before, `or none` after"),
];

/// What a value should look like.
#[rustfmt::skip]
const SHAPES: &[(&str, &str, &str)] = &[
    ("Texts", "una lista di nomi, come [\"a\", \"b\"]", "a list of names, like [\"a\", \"b\"]"),
    ("TextMap", "una mappa da nomi a testi, come { a = \"…\" }", "a map from names to texts, like { a = \"…\" }"),
    ("TextLists", "una lista di nomi per ogni tavolo, come [[\"ada\", \"bruno\"]]", "a list of names for each table, like [[\"ada\", \"bruno\"]]"),
    ("Text", "un testo fra virgolette", "a text in quotes"),
    ("Words", "una lista di parole, come [\"a\", \"b\"]", "a list of words, like [\"a\", \"b\"]"),
    ("Word", "una parola fra virgolette", "a word in quotes"),
    ("Ints", "una lista di numeri interi, come [1, 2]", "a list of whole numbers, like [1, 2]"),
    ("Int", "un numero intero", "a whole number"),
    ("Bool", "true oppure false", "true or false"),
    ("Range", "il minimo e il massimo, come [3, 6]", "the least and the most, like [3, 6]"),
    ("Maps", "una lista di mappe, come [{ id = \"a\" }]", "a list of maps, like [{ id = \"a\" }]"),
    ("Map", "una mappa, come { a = 1 }", "a map, like { a = 1 }"),
    ("Inputs", "una mappa di campi, come ask.nome = \"yes/no\"", "a map of inputs, like ask.name = \"yes/no\""),
];

#[must_use]
pub fn find(code: &str) -> Option<&'static Sentence> {
    CATALOGUE.iter().find(|s| s.code == code)
}

/// Puts the arguments into the places of a template. `{{` and `}}` are braces.
#[must_use]
pub fn fill(template: &str, args: &[String], lang: Lang) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(n) = rest.find(['{', '}']) {
        out.push_str(&rest[..n]);
        let doubled = rest[n + 1..].starts_with(&rest[n..=n]);
        match rest[n + 1..].find('}').filter(|_| !doubled && rest[n..].starts_with('{')) {
            Some(len) => {
                out.push_str(&place(&rest[n + 1..n + 1 + len], args, lang));
                rest = &rest[n + len + 2..];
            }
            None => {
                out.push_str(&rest[n..=n]);
                rest = &rest[n + if doubled { 2 } else { 1 }..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn place(inner: &str, args: &[String], lang: Lang) -> String {
    let (number, form) = inner.split_once(':').unwrap_or((inner, ""));
    let arg = number.parse::<usize>().ok().and_then(|n| args.get(n)).map_or("", String::as_str);
    let pick = |it: &str, en: &str| {
        if lang == Lang::It { it.to_string() } else { en.to_string() }
    };
    match form {
        "" => arg.to_string(),
        "q" if arg.is_empty() => String::new(),
        "q" => format!(" «{arg}»"),
        "near" if arg.is_empty() => String::new(),
        "near" => pick(&format!(" Forse «{arg}»?"), &format!(" Did you mean «{arg}»?")),
        "ask" => QUESTIONS.iter().find(|q| q.0 == arg).map_or(".".into(), |q| format!(": {}", pick(q.1, q.2))),
        "example" if arg.is_empty() => String::new(),
        "example" => pick(&format!("Per esempio: `{arg}`"), &format!("For example: `{arg}`")),
        "shape" => shapes(arg, lang),
        "name" if arg.is_empty() => pick("nome", "name"),
        "name" => arg.to_string(),
        "none" if arg.is_empty() => pick("nessuno", "none"),
        "none" => arg.to_string(),
        "nearest" if arg.is_empty() => String::new(),
        "nearest" => pick(&format!(" La riga più vicina: «{arg}»."), &format!(" The nearest line: «{arg}».")),
        "values" => values(arg, lang),
        "refusal" => refusal(arg, lang),
        "sure" if arg == "sure" => pick("; per rispondere di sì, `…, sure = yes`", "; to answer yes, `…, sure = yes`"),
        "sure" => String::new(),
        "instead" if arg.is_empty() => pick("è accettata", "is accepted"),
        "instead" => format!("{} ({})", pick("lo è per un altro motivo", "is refused for another reason"), refusal(arg, lang)),
        "given" | "offered" if arg.is_empty() => String::new(),
        "given" => pick(&format!(" Hai dato {arg}."), &format!(" Given: {arg}.")),
        "offered" => pick(&format!(" Si poteva dare: {arg}."), &format!(" Offered: {arg}.")),
        "phrase" | "forms" => {
            PHRASES.iter().find(|p| p.0 == arg).map_or(String::new(), |p| if form == "phrase" { pick(p.1, p.2) } else { pick(p.3, p.4) })
        }
        "sign" => arg.replace("tab", &pick("tabulazione", "tab")),
        "place" => match arg.rsplit_once(':') {
            Some((file, line)) if file.ends_with(".csv") => pick(&format!("{file}, riga {line}"), &format!("{file}, row {line}")),
            Some((file, line)) => pick(&format!("{file}, riga {line}"), &format!("{file}, line {line}")),
            None => arg.to_string(),
        },
        _ => with_article(arg, form),
    }
}

/// What each side of a claim is: lines of what is said, a tab, its value.
fn values(arg: &str, lang: Lang) -> String {
    let it = lang == Lang::It;
    let all: Vec<String> =
        arg.lines().filter_map(|l| l.split_once('\t')).map(|(said, is)| format!("`{said}` {} {is}", if it { "vale" } else { "is" })).collect();
    match all.as_slice() {
        [] => if it { "non è vero" } else { "it is not true" }.to_string(),
        all => all.join(", "),
    }
}

/// Why an act is not carried out: the word that scripts use, what it means.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("turn", "non tocca a lei, o non adesso", "it is not their turn, or not now"),
    ("choice", "non è fra le risposte possibili", "it is not among the possible answers"),
    ("limit", "numero o lunghezza fuori misura", "a number or a length out of bounds"),
    ("type", "una risposta manca, o è di un altro genere", "an answer is missing, or of another kind"),
    ("check", "una frase `check`", "a `check`"),
    ("condition", "la condizione `if` della mossa", "the move's `if`"),
    ("times", "è già stata fatta", "it has been made already"),
    ("closed", "la fase è chiusa, o la partita è finita", "the phase is closed, or the game is over"),
    ("paused", "è tutto in pausa", "everything is paused"),
    ("unknown", "qui non c'è", "it is not there"),
    ("sure", "la mossa chiede «sei sicuro?»", "the move asks \"sure?\""),
    ("full", "non c'è posto", "there is no place left"),
    ("locked", "la porta è chiusa", "the door is closed"),
    ("people", "le persone non bastano", "there are too few people"),
    ("runaway", "una regola non si ferma", "a rule does not stop"),
    ("size", "la sessione è troppo grande", "the session is too large"),
];

#[must_use]
pub fn is_refusal(word: &str) -> bool {
    REFUSALS.iter().any(|r| r.0 == word)
}

fn refusal(word: &str, lang: Lang) -> String {
    let meaning = REFUSALS.iter().find(|r| r.0 == word).map_or("", |r| if lang == Lang::It { r.1 } else { r.2 });
    format!("`{word}`, {meaning}")
}

/// The noun for a kind; a capital form (`Alla`) begins a sentence. A kind of the author's own stands as it is.
fn with_article(kind: &str, form: &str) -> String {
    let Some(n) = NOUNS.iter().find(|n| n.kind == kind) else {
        return kind.to_string();
    };
    let text = match form.to_lowercase().as_str() {
        "la" => n.la.to_string(),
        "alla" => n.alla.to_string(),
        "della" => n.della.to_string(),
        "una" => n.una.to_string(),
        "di" => format!("di {}", n.una),
        "in" => format!("in {}", n.una),
        "the" => format!("the {}", n.en),
        "a" => format!("{} {}", if n.en.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }, n.en),
        _ => n.en.to_string(),
    };
    if form.starts_with(char::is_uppercase) { capital(&text) } else { text }
}

fn capital(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + signs.as_str())
}

fn shapes(arg: &str, lang: Lang) -> String {
    let one = |shape: &str| SHAPES.iter().find(|s| shape.starts_with(s.0)).map_or("?", |s| if lang == Lang::It { s.1 } else { s.2 });
    let all: Vec<&str> = arg.split('|').map(one).collect();
    all.join(if lang == Lang::It { " oppure " } else { " or " })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::check::sections::SECTIONS;

    #[test]
    fn codes_are_unique_and_places_have_arguments() {
        for (n, s) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE[..n].iter().all(|other| other.code != s.code), "{} twice", s.code);
            for template in [s.it, s.en, s.advice_it, s.advice_en] {
                for (at, _) in template.match_indices('{') {
                    if let Some(digit) = template[at + 1..].chars().next().and_then(|c| c.to_digit(10)) {
                        assert!((digit as usize) < s.args.len(), "{}: {template}", s.code);
                    }
                }
            }
            assert!(!s.it.is_empty() && !s.en.is_empty());
            assert_eq!(s.advice_it.is_empty(), s.advice_en.is_empty(), "{}", s.code);
        }
    }

    #[test]
    fn every_kind_has_a_noun_and_every_shape_a_phrase() {
        for section in SECTIONS {
            assert!(NOUNS.iter().any(|n| n.kind == section.kind), "{}", section.kind);
            for key in section.keys {
                for shape in key.shapes {
                    let name = format!("{shape:?}");
                    assert!(name == "Anything" || !shapes(&name, Lang::It).contains('?'), "{name}");
                }
            }
        }
    }

    #[test]
    fn sentences_read_well() {
        let say = |code: &str, args: &[&str], lang| {
            let s = find(code).unwrap();
            let args: Vec<String> = args.iter().map(|a| (*a).into()).collect();
            fill(if lang == Lang::It { s.it } else { s.en }, &args, lang)
        };
        for (code, args, it, en) in [
            (
                "S101",
                &["who", "move", "phase", "voto"][..],
                "La chiave «who» non sta in una mossa: è della fase «voto».",
                "Key «who» does not belong to a move: it is of the phase «voto».",
            ),
            (
                "S104",
                &["move", "invia", "mode", ""],
                "Alla mossa «invia» manca «mode»: in segreto o subito?",
                "The move «invia» has no «mode»: sealed or at once?",
            ),
            ("S104", &["people", "", "flow2", ""], "Alla sezione «people» manca «flow2».", "The section «people» has no «flow2»."),
            (
                "X805",
                &["phase", "albba", "alba"],
                "Queste parole non sono di nessuno: non c'è una fase «albba». Forse «alba»?",
                "These words belong to nothing: there is no phase «albba». Did you mean «alba»?",
            ),
            ("N202", &["lupo"], "«lupo» è già il nome di un'altra cosa.", "«lupo» already names another thing."),
            (
                "S115",
                &["best", "people", "Int { min: 1 }|Text"],
                "Il valore di «best» non va bene: qui serve un numero intero oppure un testo fra virgolette.",
                "The value of «best» does not fit: a whole number or a text in quotes is needed here.",
            ),
        ] {
            assert_eq!(say(code, args, Lang::It), it);
            assert_eq!(say(code, args, Lang::En), en);
        }
        let advice = find("S104").unwrap().advice_it;
        assert_eq!(fill(advice, &["", "", "", "mode = \"sealed\""].map(String::from), Lang::It), "Per esempio: `mode = \"sealed\"`");
        assert_eq!(fill("{1} = {{ … }}", &["a".into(), "b".into()], Lang::It), "b = { … }");
    }
}
