//! `sofia`: workshops with role-play cards, board games and cases.

fn main() -> std::process::ExitCode {
    sofia::cli::run()
}
