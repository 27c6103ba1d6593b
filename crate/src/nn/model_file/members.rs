//! What the metadata of either format say of a committee's members, and its networks read one by
//! one, each by its own notes.

use super::{Notes, StoredModel, check_num_tensors, fault, network_notes, task_notes};
use crate::config::quoted;
use crate::error::{Error, Result};
use crate::message::MemberOrigin;
use crate::nn::committee::{Committee, MAX_MEMBERS, Member};
use crate::nn::weights;

/// What a note says, where there is one.
type Noted<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the network of the tensors whose names begin so, by its notes.
type ReadNetwork<'a> = dyn Fn(&str, Noted<'_>) -> Result<StoredModel> + 'a;

/// A committee's: how many networks there are and what is made of them, and of each network
/// its own notes, the checksum of its parameters' bits and the run that it came from.
pub(super) fn committee_notes(committee: &Committee) -> Notes {
    let members = committee.members();
    let common = [
        ("members", members.len().to_string()),
        ("outputs", "the mean of the members' softmax".into()),
    ];
    let common = common.into_iter().chain(task_notes(&members[0].model));
    let mut notes: Notes = common.map(|(key, text)| (key.to_owned(), text)).collect();
    for (at, Member { model, origin }) in members.iter().enumerate() {
        let mut own = network_notes(model);
        own.push(("weights", weights::checksum(&model.parameters)));
        if let Some(origin) = origin {
            let origin = serde_json::to_string(origin).expect("texts and numbers become JSON");
            own.push(("origin", origin));
        }
        let own = own.into_iter();
        notes.extend(own.map(|(key, text)| (member_key(at, key), text)));
    }
    notes
}

/// A member's own note.
fn member_key(at: usize, key: &str) -> String {
    format!("members.{at}.{key}")
}

/// Reads a network, or as many as the metadata count: `model` is asked for that of the tensors
/// whose names begin with `list` and the member's number, such as `members.0.`, and with
/// nothing where it stands alone; the metadata that it is given are its own.
pub(super) fn read_all<'a>(
    file: &str,
    tensors: impl Iterator<Item = &'a str> + Clone,
    list: &str,
    note: Noted<'_>,
    model: &ReadNetwork<'_>,
) -> Result<Committee> {
    let Some(text) = note("members") else {
        check_num_tensors(file, tensors.count(), 1)?;
        return Ok(model("", note)?.into());
    };
    let num_members = text.parse().ok();
    let Some(num_members) = num_members.filter(|count| (1..=MAX_MEMBERS).contains(count)) else {
        let expected = format!("1 to {MAX_MEMBERS}");
        let place = format!("{file}, metadata members");
        return Err(Error::data(place, quoted(&text), expected));
    };
    check_num_tensors(file, tensors.clone().count(), num_members)?;
    let prefixes: Vec<_> = (0..num_members).map(|at| format!("{list}{at}.")).collect();
    for tensor in tensors {
        if !prefixes.iter().any(|prefix| tensor.starts_with(prefix)) {
            let expected = format!("one of {num_members} members, such as {list}0.…");
            return Err(fault(file, tensor, "a name of its own", expected));
        }
    }
    let members = prefixes.iter().enumerate().map(|(at, prefix)| {
        let own = |key: &str| note(&member_key(at, key)).or_else(|| note(key));
        let model = model(prefix, &own)?;
        check_weights(file, at, &model, note)?;
        let origin = origin(file, at, note)?;
        Ok(Member { model, origin })
    });
    Committee::new(members.collect::<Result<_>>()?)
}

/// Refuses weights that are not those of which the file has the checksum.
fn check_weights(file: &str, at: usize, model: &StoredModel, note: Noted<'_>) -> Result<()> {
    let found = weights::checksum(&model.parameters);
    match note(&member_key(at, "weights")) {
        Some(told) if told != found => Err(Error::data(
            format!("{file}, weights of member {}", at + 1),
            format!("the checksum {found}"),
            format!("{} as its metadata have it", quoted(&told)),
        )),
        _ => Ok(()),
    }
}

/// The run that a member came from, where the file says.
fn origin(file: &str, at: usize, note: Noted<'_>) -> Result<Option<MemberOrigin>> {
    let key = member_key(at, "origin");
    let Some(text) = note(&key) else {
        return Ok(None);
    };
    serde_json::from_str(&text).map(Some).map_err(|_| {
        let expected = "JSON of name, run, data_name, data_checksum, split_seed and \
                        validation_share";
        Error::data(format!("{file}, metadata {key}"), quoted(&text), expected)
    })
}
