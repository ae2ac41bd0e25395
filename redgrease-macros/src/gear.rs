//! `gear!`: from the tokens of the macro to the expression that stands for a gear.

use proc_macro2::{Span, TokenStream};
use redgrease_core::gear::check::{GearInput, check_gear, check_native};
use redgrease_core::gear::{Action, Plan, Reader};

use crate::body::Body;
use crate::capture::{self, Capture};
use crate::expand;
use crate::header::Header;
use crate::report::Report;
use crate::{messages, print};

/// What `gear!` found out.
pub(crate) struct Gear {
    pub(crate) krate: syn::Path,
    /// The shared Python that it uses.
    pub(crate) uses: Vec<syn::Path>,
    /// The type that the results become.
    pub(crate) result: Option<syn::Type>,
    pub(crate) file: String,
    /// The checked gear; after an error, as much of it as its text tells.
    pub(crate) plan: Plan,
    pub(crate) captures: Vec<Capture>,
}

/// The expression for the input of `gear!`.
pub(crate) fn expand(input: &TokenStream) -> TokenStream {
    let mut report = Report::default();
    let gear = read(input, &mut report);
    let tokens = expand::gear(&gear, report);
    print::tokens(&tokens);
    tokens
}

fn read(input: &TokenStream, report: &mut Report) -> Gear {
    let header = Header::read(input.clone(), report);
    let mut gear = Gear {
        krate: header.arguments.krate.clone(),
        uses: header.arguments.uses.paths.clone(),
        result: header.result.clone(),
        file: String::new(),
        plan: Plan::new(Reader::Keys),
        captures: Vec::new(),
    };
    let body = match header.broken {
        true => None,
        false => Body::of_input(input.clone(), &header.rest)
            .map_err(|why| report.lost(Span::call_site(), why))
            .ok(),
    };
    let Some(mut body) = body else {
        gear.plan = guess(&input.to_string());
        return gear;
    };
    gear.captures = capture::prepare(&mut body, &header);
    gear.file = body.source.file().to_owned();
    let shared = header.arguments.uses.names();
    let captures = gear.captures.iter().map(|c| c.name.as_str());
    let names: Vec<&str> = captures.chain(shared.iter().map(String::as_str)).collect();
    let text = GearInput {
        source: &body.source,
        captures: &names,
        python: header.arguments.python,
    };
    let (plan, findings) = check_gear(&text);
    report.findings(&body, &findings);
    if header.arguments.native && plan.is_some() {
        report.findings(&body, &check_native(&text));
    }
    gear.plan = match plan {
        Some(mut plan) => {
            let requirements = header.arguments.requirements.iter();
            plan.requirements
                .extend(requirements.map(|text| text.value().into()));
            plan
        }
        None => guess(&input.to_string()),
    };
    if let (Some(ty), false) = (
        &gear.result,
        matches!(gear.plan.action, Some(Action::Run(_))),
    ) {
        report.error_at(ty, messages::RESULT_WITHOUT_RUN);
        gear.result = None;
    }
    if !report.has_errors() {
        print::gear(&body.source, &gear.plan);
    }
    gear
}

/// The reader and the end of a gear that has errors, so that the code around it keeps its types
/// and rustc has nothing to add.
fn guess(text: &str) -> Plan {
    let has = |name: &str| text.contains(name);
    let mut plan = Plan::new(if has("CommandReader") {
        Reader::Command
    } else if has("StreamReader") {
        Reader::Stream
    } else if has("PythonReader") {
        Reader::Python
    } else if has("ShardsIDReader") {
        Reader::ShardsId
    } else if has("KeysOnlyReader") {
        Reader::KeysOnly
    } else {
        Reader::Keys
    });
    let ends = |name: &str| {
        text.match_indices(name)
            .map(|(at, _)| &text[at + name.len()..])
            .any(|after| after.trim_start().starts_with('('))
    };
    plan.action = if ends("register") {
        Some(Action::Register(Vec::new()))
    } else if ends("run") {
        Some(Action::Run(Vec::new()))
    } else {
        None
    };
    plan
}
