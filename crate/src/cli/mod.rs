//! The engine as a program: what the page does with files, in a terminal. Imports the
//! library, and nothing imports it; `src/bin/inkling.rs` only calls [`main`].

mod check;
mod engine;
mod fault;
mod files;
mod gzip;
mod handed;
mod input;
mod kept;
mod models;
mod report;
mod settings;
mod study;
mod told;
mod train;

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use fault::{Fault, Result, STATUS_FAULT};
use input::{Loaded, load};
use told::Told;

/// Reads the command line and does what it says. Exits with 0 if all went well, 1 for a
/// fault of data, files or settings, 2 for a wrong command line, 3 where what came out is
/// not what was asked for: a run failed, or weights differ from a card's.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let told = Told::new(matches.get_flag("json"));
    let done = match matches.subcommand() {
        Some(("train", matches)) => train::train(matches, &told),
        Some(("study", matches)) => study::study(matches, &told, None),
        Some(("run", matches)) => {
            let number = whole(matches, "run").map(|number| number.unwrap_or_default());
            number.and_then(|number| study::study(matches, &told, Some(number)))
        }
        Some(("gather", matches)) => study::gather(matches, &told),
        Some(("evaluate", matches)) => models::evaluate(matches, &told),
        Some(("committee", matches)) => models::committee(matches, &told),
        Some(("predict", matches)) => models::predict(matches, &told),
        Some(("check", matches)) => check::check(matches, &told),
        Some(("report", matches)) => report::report(matches, &told),
        _ => Err(Fault::input("found no command, expected one of --help")),
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::from(STATUS_FAULT)
        }
    }
}

fn command() -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let data = || {
        option(
            "data",
            "FILE",
            "CSV, IDX or .npy, plain, .gz or in a zip; twice for images and labels",
        )
        .action(ArgAction::Append)
        .required(true)
    };
    let column = || {
        option(
            "label-column",
            "N",
            "column of the labels from 1, 0 for none, where a table asks",
        )
    };
    let out = |help: &'static str| option("out", "FILE", help);
    let plan = || {
        Arg::new("plan")
            .required(true)
            .value_name("PLAN")
            .help("studies that the page exported, or the settings of one: {\"factor\": \"learning_rate\", \"values\": \"0.01, 0.1\", \"baseline\": {…}}")
    };
    let threads = || option("threads", "N", "runs at a time [default: as many as cores]");
    let model = || {
        let help = "a .safetensors or .bpk file; several are read as a committee";
        option("model", "FILE", help)
            .action(ArgAction::Append)
            .required(true)
    };
    let train = Command::new("train")
        .about("Trains one run")
        .arg(data())
        .arg(column())
        .arg(option(
            "query",
            "QUERY",
            "settings as the page's address has them, such as ?epochs=3&batch_size=32",
        ))
        .arg(option(
            "card",
            "FILE",
            "settings of a run's card, whose weights must come out",
        ))
        .arg(option(
            "threads",
            "N",
            "threads that share the run, with the same bits [default: as many as cores, 4 at most]",
        ))
        .arg(out("the run as a file that Runs imports"))
        .arg(option("model", "FILE", "the model, .safetensors or .bpk"));
    Command::new("inkling")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Trains multilayer perceptrons on MNIST and its like, to the same bits as in the tab",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("json")
                .long("json")
                .global(true)
                .action(ArgAction::SetTrue)
                .help("a line of JSON for each event on stdout"),
        )
        .subcommand(settings::with_settings(train))
        .subcommand(
            Command::new("study")
                .about("Trains what is missing of a plan; again, and it goes on where it was")
                .arg(plan())
                .arg(data())
                .arg(column())
                .arg(out("the studies with their runs [default: studies.json]"))
                .arg(threads()),
        )
        .subcommand(
            Command::new("run")
                .about("Trains one run of a plan, for schedulers")
                .arg(plan())
                .arg(option("run", "N", "which one, from 1").required(true))
                .arg(data())
                .arg(column())
                .arg(out(
                    "the studies with this run done [default: studies.json]",
                )),
        )
        .subcommand(
            Command::new("gather")
                .about(
                    "Puts runs that were trained apart into one file, and says which are missing",
                )
                .arg(plan())
                .arg(
                    Arg::new("parts")
                        .num_args(0..)
                        .value_name("FILE")
                        .help("what run wrote of them"),
                )
                .arg(data())
                .arg(column())
                .arg(out(
                    "all of them [default: studies.json]; what it holds already stays",
                )),
        )
        .subcommand(
            Command::new("evaluate")
                .about("Says what a model gets right of a labelled set")
                .arg(model())
                .arg(data())
                .arg(column()),
        )
        .subcommand(
            Command::new("predict")
                .about("Reads images as Kaggle's submission.csv")
                .arg(model())
                .arg(data())
                .arg(column())
                .arg(out("the table [default: submission.csv]")),
        )
        .subcommand(
            Command::new("committee")
                .about("Puts several models into one, which reads the mean of their probabilities")
                .arg(model())
                .arg(out(
                    "one file of them all, .safetensors or .bpk [default: committee.safetensors]",
                )),
        )
        .subcommand(
            Command::new("report")
                .about("Writes the hand-in's texts and figures of studies")
                .arg(
                    Arg::new("studies")
                        .required(true)
                        .num_args(1..)
                        .value_name("STUDIES")
                        .help("studies that the page or this program exported"),
                )
                .arg(
                    option("id", "ID", "of who hands it in; up to three").action(ArgAction::Append),
                )
                .arg(option("out", "FOLDER", "where to [default: report]")),
        )
        .subcommand(
            Command::new("check")
                .about("Trains the runs of hand-ins again, and says which came out the same")
                .arg(
                    Arg::new("zips")
                        .required(true)
                        .num_args(1..)
                        .value_name("ZIP")
                        .help("reports as students hand them in"),
                )
                .arg(data())
                .arg(column())
                .arg(option(
                    "assignment",
                    "FILE",
                    "what was asked for, as the page's Assignment makes it: JSON or the link",
                ))
                .arg(option(
                    "sample",
                    "N",
                    "runs of each zip to train again [default: all]",
                ))
                .arg(option(
                    "budget",
                    "STEPS",
                    "steps that one zip's runs may take [default: 1000000]",
                ))
                .arg(option(
                    "results",
                    "FOLDER",
                    "where to write class.csv and Gradescope's results.json of each zip; \
                     called again, it goes on with what is missing",
                ))
                .arg(threads()),
        )
}

fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}

fn paths_of(matches: &ArgMatches, name: &str) -> Vec<String> {
    let all = matches.get_many::<String>(name);
    all.into_iter().flatten().cloned().collect()
}

fn paths(matches: &ArgMatches) -> Vec<String> {
    paths_of(matches, "data")
}

/// A whole number, where an option of a command that has it was given.
fn whole(matches: &ArgMatches, name: &str) -> Result<Option<usize>> {
    let found = matches.try_get_one::<String>(name).ok().flatten();
    let read = |text: &String| {
        let place = format!("--{name}");
        let number = text.trim().parse();
        number.map_err(|_| Fault::found(&place, &format!("{text:?}"), "a whole number"))
    };
    found.map(read).transpose()
}

fn label_column(matches: &ArgMatches) -> Result<Option<u32>> {
    Ok(whole(matches, "label-column")?.map(|column| column as u32))
}

/// The data to train on.
fn data_of(matches: &ArgMatches) -> Result<Loaded> {
    let data = load(&paths(matches), false, label_column(matches)?)?;
    data.dataset.require_labels_of(&data.summary.source)?;
    let understood = data.summary.source.understood.join("; ");
    // Nothing is taken otherwise than as it stands without a word.
    if !understood.is_empty() && !matches.get_flag("json") {
        let summary = &data.summary;
        eprintln!(
            "{}: {} rows. Understood: {understood}.",
            summary.name, summary.num_rows
        );
    }
    Ok(data)
}
