//! The program `inkling`: see [`inkling::cli`].

fn main() -> std::process::ExitCode {
    inkling::cli::main()
}
