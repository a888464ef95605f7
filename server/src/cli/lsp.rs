//! `sofia lsp`: a language server over standard input and output. What it knows is the checker's and the engine's.

use super::Outcome;
use super::check::prove;
use crate::scenario_files::read_folder;
use crate::trouble::Trouble;
use lsp_server::{Connection, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{Completion, GotoDefinition, HoverRequest, Request as _};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionOptions, CompletionParams, CompletionResponse, Diagnostic, DiagnosticSeverity,
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents, HoverParams, HoverProviderCapability, Location, MarkupContent, MarkupKind,
    NumberOrString, OneOf, Position, PublishDiagnosticsParams, Range, ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, Uri,
};
use sofia_engine::Files;
use sofia_engine::scenario::diagnostic::Severity;
use sofia_engine::scenario::editor::{self, OfferKind};
use sofia_engine::scenario::faults::Faults;
use sofia_engine::scenario::parse;
use sofia_engine::scenario::tree::Tree;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub fn run(lang: &str) -> Outcome {
    let (connection, threads) = Connection::stdio();
    serve(&connection, lang).map_err(|e| Trouble::new(format!("L'editor ha chiuso: {e}."), format!("The editor hung up: {e}.")))?;
    drop(connection);
    let _ = threads.join();
    Ok(ExitCode::SUCCESS)
}

fn serve(connection: &Connection, lang: &str) -> Result<(), Box<dyn std::error::Error + Sync + Send>> {
    let abilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec!["[".into(), "\"".into(), "#".into(), " ".into()]),
            ..Default::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        ..Default::default()
    };
    connection.initialize(serde_json::to_value(abilities)?)?;
    let mut desk = Desk { lang: lang.into(), open: BTreeMap::new(), told: BTreeMap::new() };
    for message in &connection.receiver {
        match message {
            Message::Request(request) if connection.handle_shutdown(&request)? => return Ok(()),
            Message::Request(request) => connection.sender.send(Message::Response(desk.answer(&request)))?,
            Message::Notification(note) => {
                for told in desk.hear(&note) {
                    connection.sender.send(Message::Notification(told))?;
                }
            }
            Message::Response(_) => {}
        }
    }
    Ok(())
}

/// What the editor has open, and which files were last told to have faults.
struct Desk {
    lang: String,
    open: BTreeMap<PathBuf, String>,
    /// By scenario folder.
    told: BTreeMap<PathBuf, Vec<String>>,
}

impl Desk {
    fn hear(&mut self, note: &Notification) -> Vec<Notification> {
        let Some(path) = note.params["textDocument"]["uri"].as_str().and_then(path_of) else { return Vec::new() };
        let text = match note.method.as_str() {
            DidOpenTextDocument::METHOD => note.params["textDocument"]["text"].as_str(),
            // The whole text each time, as announced.
            DidChangeTextDocument::METHOD => note.params["contentChanges"][0]["text"].as_str(),
            DidCloseTextDocument::METHOD => {
                self.open.remove(&path);
                None
            }
            DidSaveTextDocument::METHOD => None,
            _ => return Vec::new(),
        };
        if let Some(text) = text {
            self.open.insert(path.clone(), text.to_owned());
        }
        folder_of(&path).map(|folder| self.faults(&folder)).unwrap_or_default()
    }

    /// The folder as the editor has it: what is open stands before what is on the disk.
    fn files(&self, folder: &Path) -> Files {
        let mut files = read_folder(folder).unwrap_or_default();
        for (path, text) in &self.open {
            if let Ok(inside) = path.strip_prefix(folder) {
                files.insert(inside.to_string_lossy().replace('\\', "/"), text.clone().into_bytes());
            }
        }
        files
    }

    /// One notification for each file with faults, and for each whose faults are gone.
    fn faults(&mut self, folder: &Path) -> Vec<Notification> {
        let files = self.files(folder);
        let tree = read(&files);
        let mut by_file: BTreeMap<String, Vec<Diagnostic>> =
            self.told.remove(folder).unwrap_or_default().into_iter().map(|f| (f, Vec::new())).collect();
        for found in prove(&files).diagnostics {
            let text = text_of(&tree, &found.file);
            let (sentence, advice) = if self.lang == "en" { (found.en, found.advice_en) } else { (found.it, found.advice_it) };
            let message = if advice.is_empty() { sentence } else { format!("{sentence}\n→ {advice}") };
            by_file.entry(found.file).or_default().push(Diagnostic {
                range: range(text, found.span.0 as usize, found.span.1 as usize),
                severity: Some(if found.severity == Severity::Error { DiagnosticSeverity::ERROR } else { DiagnosticSeverity::WARNING }),
                code: Some(NumberOrString::String(found.code.into())),
                source: Some("sofia".into()),
                message,
                ..Default::default()
            });
        }
        self.told.insert(folder.to_owned(), by_file.iter().filter(|(_, all)| !all.is_empty()).map(|(file, _)| file.clone()).collect());
        let note = |(file, diagnostics): (String, Vec<Diagnostic>)| {
            let uri = uri_of(&folder.join(file))?;
            let params = PublishDiagnosticsParams { uri, diagnostics, version: None };
            Some(Notification::new(PublishDiagnostics::METHOD.into(), params))
        };
        by_file.into_iter().filter_map(note).collect()
    }

    fn answer(&self, request: &Request) -> Response {
        let id = request.id.clone();
        let params = request.params.clone();
        let result = match request.method.as_str() {
            Completion::METHOD => serde_json::from_value::<CompletionParams>(params).ok().map(|p| to_json(&self.complete(&p.text_document_position))),
            HoverRequest::METHOD => {
                serde_json::from_value::<HoverParams>(params).ok().map(|p| to_json(&self.hover(&p.text_document_position_params)))
            }
            GotoDefinition::METHOD => {
                serde_json::from_value::<GotoDefinitionParams>(params).ok().map(|p| to_json(&self.definition(&p.text_document_position_params)))
            }
            _ => None,
        };
        match result {
            Some(result) => Response::new_ok(id, result),
            None => Response::new_err(id, lsp_server::ErrorCode::MethodNotFound as i32, request.method.clone()),
        }
    }

    /// Folder, tree, path inside the folder and byte of a position.
    fn place(&self, at: &TextDocumentPositionParams) -> Option<(PathBuf, Tree, String, usize)> {
        let path = path_of(at.text_document.uri.as_str())?;
        let folder = folder_of(&path)?;
        let inside = path.strip_prefix(&folder).ok()?.to_string_lossy().replace('\\', "/");
        let tree = read(&self.files(&folder));
        let byte = offset(text_of(&tree, &inside), at.position);
        Some((folder, tree, inside, byte))
    }

    fn complete(&self, at: &TextDocumentPositionParams) -> Option<CompletionResponse> {
        let (_, tree, path, byte) = self.place(at)?;
        let item = |offer: editor::Offer| CompletionItem {
            label: offer.word,
            kind: Some(match offer.kind {
                OfferKind::Section => CompletionItemKind::MODULE,
                OfferKind::Key => CompletionItemKind::PROPERTY,
                OfferKind::Word => CompletionItemKind::ENUM_MEMBER,
                OfferKind::Name => CompletionItemKind::VARIABLE,
                OfferKind::Verb => CompletionItemKind::KEYWORD,
                OfferKind::Function => CompletionItemKind::FUNCTION,
            }),
            detail: Some(offer.detail),
            ..Default::default()
        };
        Some(CompletionResponse::Array(editor::offers(&tree, &path, byte).into_iter().map(item).collect()))
    }

    fn hover(&self, at: &TextDocumentPositionParams) -> Option<Hover> {
        let (_, tree, path, byte) = self.place(at)?;
        let (place, value) = editor::about(&tree, &path, byte)?;
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range: Some(range(text_of(&tree, &path), place.start, place.end)) })
    }

    fn definition(&self, at: &TextDocumentPositionParams) -> Option<GotoDefinitionResponse> {
        let (folder, tree, path, byte) = self.place(at)?;
        let span = editor::declared(&tree, &path, byte)?;
        let file = tree.files.get(usize::from(span.file))?;
        let uri = uri_of(&folder.join(&file.path))?;
        Some(GotoDefinitionResponse::Scalar(Location { uri, range: range(&file.text, span.start as usize, span.end as usize) }))
    }
}

fn to_json<T: serde::Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn read(files: &Files) -> Tree {
    parse::read(files, &mut Faults::default())
}

fn text_of<'a>(tree: &'a Tree, path: &str) -> &'a str {
    tree.files.iter().find(|f| f.path == path).map_or("", |f| f.text.as_str())
}

/// The scenario a file belongs to: the nearest folder above with a trunk.
fn folder_of(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).take(3).find(|f| f.join("scenario.toml").is_file()).map(Path::to_owned)
}

/// `file:///home/ada/la%20fila/it.md` → a path.
fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?.as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    let mut at = 0;
    while at < rest.len() {
        let hex = rest.get(at + 1..at + 3).filter(|_| rest[at] == b'%').and_then(|h| u8::from_str_radix(std::str::from_utf8(h).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(rest[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

fn uri_of(path: &Path) -> Option<Uri> {
    let mut uri = String::from("file://");
    for byte in path.to_str()?.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(byte)),
            b if b.is_ascii_alphanumeric() => uri.push(char::from(b)),
            b => uri.push_str(&format!("%{b:02X}")),
        }
    }
    uri.parse().ok()
}

/// Lines from 0, columns in UTF-16 units, as the protocol counts.
fn position(text: &str, byte: usize) -> Position {
    let byte = (0..=byte.min(text.len())).rev().find(|b| text.is_char_boundary(*b)).unwrap_or(0);
    let before = &text[..byte];
    let line = before.matches('\n').count() as u32;
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    Position { line, character: before[start..].encode_utf16().count() as u32 }
}

fn range(text: &str, start: usize, end: usize) -> Range {
    Range { start: position(text, start), end: position(text, end) }
}

fn offset(text: &str, at: Position) -> usize {
    let start = text.split_inclusive('\n').take(at.line as usize).map(str::len).sum::<usize>();
    let line = text[start..].lines().next().unwrap_or("");
    let mut units = 0;
    for (byte, sign) in line.char_indices() {
        if units >= at.character {
            return start + byte;
        }
        units += sign.len_utf16() as u32;
    }
    start + line.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_counted_as_editors_do() {
        let text = "è 🎲 x\nfine";
        for (byte, at) in [(0, (0, 0)), (2, (0, 1)), (7, (0, 4)), (10, (1, 0)), (12, (1, 2))] {
            let place = Position { line: at.0, character: at.1 };
            assert_eq!(position(text, byte), place, "byte {byte}");
            assert_eq!(offset(text, place), byte, "{at:?}");
        }
        let path = Path::new("/tmp/la fila/città.md");
        assert_eq!(path_of(uri_of(path).unwrap().as_str()).unwrap(), path);
    }

    /// An editor's session: a fault is told where it is, goes when it is mended, and names are known.
    #[test]
    fn an_editor_is_told_faults_and_helped() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path();
        std::fs::write(folder.join("it.md"), "# Prova\n\n## phase voto: Voto\n").unwrap();
        let trunk = "format = 1\nlanguage = \"it\"\nminutes = 10\nflow = \"voto\"\n[people]\nseats = [2, 4]\ntables = [1, 1]\nabsent = \"pass\"\nlatecomers = \"join\"\n[phase.voto]\nends = \"desk\"\n";
        std::fs::write(folder.join("scenario.toml"), trunk).unwrap();
        let uri = uri_of(&folder.join("scenario.toml")).unwrap();
        let mut desk = Desk { lang: "it".into(), open: BTreeMap::new(), told: BTreeMap::new() };
        let change = |text: &str| {
            Notification::new(DidChangeTextDocument::METHOD.into(), json!({ "textDocument": { "uri": uri }, "contentChanges": [{ "text": text }] }))
        };
        assert!(desk.hear(&change(trunk)).is_empty(), "a whole scenario has nothing to be told");
        let told = desk.hear(&change(&trunk.replace("\"voto\"", "\"vto\"")));
        let fault = &told.iter().find(|n| n.params["uri"] == json!(uri)).expect("the trunk has a fault").params["diagnostics"][0];
        assert_eq!((&fault["range"]["start"], &fault["source"]), (&json!({ "line": 3, "character": 8 }), &json!("sofia")));
        let told = desk.hear(&change(trunk));
        assert!(told.iter().all(|n| n.params["diagnostics"] == json!([])) && !told.is_empty(), "the faults are taken back");
        let at = |line: u32, character: u32| json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
        let ask = |method: &str, params| desk.answer(&Request::new(1.into(), method.into(), params)).response_result.ok().unwrap();
        assert!(ask(Completion::METHOD, at(7, 10)).as_array().unwrap().iter().any(|i| i["label"] == "wait"));
        assert_eq!(ask(GotoDefinition::METHOD, at(3, 9))["range"]["start"]["line"], 9);
        assert!(ask(HoverRequest::METHOD, at(7, 2))["contents"]["value"].as_str().unwrap().contains("absent"));
    }
}
