//! Warm names for people, and short words for personal codes.

use crate::secret;

/// Animals of the hills and mountains of Piedmont, Italian and English by index. None that can sting as a name.
const ANIMALS: &[(&str, &str)] = &[
    ("Stambecco", "Ibex"),
    ("Camoscio", "Chamois"),
    ("Marmotta", "Marmot"),
    ("Ermellino", "Ermine"),
    ("Scoiattolo", "Squirrel"),
    ("Capriolo", "Roe deer"),
    ("Cervo", "Red deer"),
    ("Daino", "Fallow deer"),
    ("Lince", "Lynx"),
    ("Lupo", "Wolf"),
    ("Lepre", "Hare"),
    ("Riccio", "Hedgehog"),
    ("Ghiro", "Dormouse"),
    ("Moscardino", "Hazel mouse"),
    ("Martora", "Marten"),
    ("Lontra", "Otter"),
    ("Aquila", "Eagle"),
    ("Falco", "Falcon"),
    ("Gheppio", "Kestrel"),
    ("Poiana", "Buzzard"),
    ("Gipeto", "Lammergeier"),
    ("Airone", "Heron"),
    ("Cicogna", "Stork"),
    ("Cigno", "Swan"),
    ("Picchio", "Woodpecker"),
    ("Upupa", "Hoopoe"),
    ("Rondine", "Swallow"),
    ("Pettirosso", "Robin"),
    ("Usignolo", "Nightingale"),
    ("Cardellino", "Goldfinch"),
    ("Fringuello", "Chaffinch"),
    ("Codirosso", "Redstart"),
    ("Scricciolo", "Wren"),
    ("Pernice", "Ptarmigan"),
    ("Martin pescatore", "Kingfisher"),
    ("Trota", "Trout"),
    ("Salamandra", "Salamander"),
    ("Farfalla", "Butterfly"),
    ("Libellula", "Dragonfly"),
    ("Coccinella", "Ladybird"),
    ("Lucciola", "Firefly"),
    ("Grillo", "Cricket"),
];

/// Short nouns that are not mistaken for one another when read aloud across a room.
const WORDS: &str = "ACERO ACQUA AGLIO ALBA ALBERO AMICO ANCORA ANELLO ARANCIA ARCO ARIA ARMADIO BALCONE BAMBU BANCO BARCA BASILICO BICI \
     BOSCO BOTTONE BRISCOLA BUSSOLA CACAO CAFFE CAMINO CAMPANA CANDELA CANOA CAPPELLO CARTA CASTAGNA CEDRO CESTO CHIAVE CILIEGIA \
     CINEMA COLLINA COLORE COMETA CONCHIGLIA CORALLO CORDA CORNICE CRISTALLO CUOCO CUPOLA CURVA DADO DANZA DATTERO DELFINO DIARIO \
     DIGA DISCO DIVANO DOMINO EDERA ELICA ERBA ESTATE FAGGIO FARINA FARO FAVOLA FELCE FESTA FIABA FICO FIENO FINESTRA FIOCCO FIORE \
     FIUME FLAUTO FOCE FOGLIA FONTANA FORNO FRAGOLA FRUTTO FUNGO GELATO GELSO GESSO GINEPRO GIRASOLE GIUGNO GOMITOLO GRANO GROTTA \
     GUANTO IRIS ISOLA LAGO LAMPADA LANA LAVANDA LEGNO LENTE LIBRO LIMONE LINO LUCE LUGLIO LUNA MAGGIO MANDORLA MARE MARZO MELA \
     MENTA MERCATO MIELE MIMOSA MIRTILLO MONTE MOSAICO MULINO MUSICA NAVE NEBBIA NEVE NIDO NOCE NUVOLA OASI OLIVO OMBRA ONDA ORTO \
     OTTOBRE PALCO PALMA PANE PAPAVERO PENNA PEPE PERLA PESCA PIANO PIAZZA PINO PIOGGIA PIUMA PONTE PORTO PRATO PRIMULA QUADRO \
     QUERCIA RADIO RAMO REMO RISO RIVA ROCCIA ROSA RUBINO RUGIADA SABBIA SALE SALVIA SCALA SCIARPA SEDIA SEME SENTIERO SETA SOLE \
     SPIGA SPUGNA STELLA STRADA TAMBURO TAPPETO TAVOLO TEATRO TENDA TIGLIO TIMO TORRE TRENO TULIPANO UVA VALLE VELA VENTO VIOLA \
     VIOLINO VULCANO ZAFFERANO ZAINO ZUCCA";

/// "VELA 38". Not a secret by itself: tries are few, and it works once.
#[must_use]
pub fn personal_code() -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let word = words[secret::below(words.len() as u32) as usize];
    format!("{word} {}", 10 + secret::below(90))
}

/// "vela38", " Vela  38 " and "VELA-38" are the same.
#[must_use]
pub fn clean_personal(typed: &str) -> String {
    typed.chars().filter(|c| c.is_ascii_alphanumeric()).take(24).collect::<String>().to_ascii_uppercase()
}

/// Nicknames nobody of this session has; as many as asked for, fewer when nearly all are taken.
#[must_use]
pub fn suggestions(lang: &str, how_many: usize, taken: impl Fn(&str) -> bool) -> Vec<String> {
    let mut all: Vec<(usize, u32)> = (0..ANIMALS.len()).flat_map(|a| (1..=9).map(move |n| (a, n))).collect();
    let mut chosen = Vec::with_capacity(how_many);
    let mut animals = Vec::new();
    while chosen.len() < how_many && !all.is_empty() {
        let (animal, figure) = all.swap_remove(secret::below(all.len() as u32) as usize);
        let (it, en) = ANIMALS[animal];
        let name = format!("{} {figure}", if lang == "en" { en } else { it });
        if !taken(&name) && !animals.contains(&animal) {
            animals.push(animal);
            chosen.push(name);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn lists_have_no_twins() {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        assert!(words.len() >= 190, "{}", words.len());
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
        assert!(words.iter().all(|w| w.chars().all(|c| c.is_ascii_uppercase())));
        assert_eq!(ANIMALS.iter().map(|a| a.0).collect::<HashSet<_>>().len(), ANIMALS.len());
        assert!(ANIMALS.len() * 9 >= crate::limits::PEOPLE);
    }

    #[test]
    fn no_name_that_can_sting() {
        for (it, _) in ANIMALS {
            assert!(!["Oca", "Asino", "Vipera", "Maiale", "Verme", "Gallina", "Capra", "Pecora", "Mulo", "Cinghiale"].contains(it));
        }
    }

    #[test]
    fn every_suggestion_is_a_legal_free_nickname() {
        let names = suggestions("it", 6, |n| n.starts_with('L'));
        assert_eq!(names.len(), 6);
        for name in names {
            assert!(!name.starts_with('L'));
            assert_eq!(super::super::nick::clean(&name).as_deref(), Some(name.as_str()));
        }
    }

    #[test]
    fn personal_codes_forgive_how_they_are_typed() {
        assert_eq!(clean_personal(" vela-38"), "VELA38");
        assert!(personal_code().split_once(' ').is_some());
    }
}
