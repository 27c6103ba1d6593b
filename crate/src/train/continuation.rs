//! Whether a run may go on from a checkpoint: on the same data, as the same
//! network, in the same split and batches, to at least as many epochs. All else may
//! change.

use super::checkpoint::Checkpoint;
use crate::config::Plan;
use crate::data::Dataset;
use crate::error::{Error, Result};

/// Refuses other data than the checkpoint was trained on, and a plan that would
/// not go on with what it began.
pub fn check(plan: &Plan, dataset: &Dataset, checkpoint: &Checkpoint) -> Result<()> {
    let found = dataset.checksum();
    if found != checkpoint.data_checksum {
        let place = format!("checkpoint, data set {}", dataset.name());
        let begun = &checkpoint.data_checksum;
        let expected = format!("{begun}, of the data it was trained on");
        return Err(Error::data(place, format!("checksum {found}"), expected));
    }
    let begun = Plan::try_from(&checkpoint.config)?;
    same("hidden layers", network_words(plan), network_words(&begun))?;
    let activation = |plan: &Plan| plan.network.activation.key();
    same("activation", activation(plan), activation(&begun))?;
    same("seed", plan.seed, begun.seed)?;
    same("split seed", plan.split_seed, begun.split_seed)?;
    let share = |plan: &Plan| plan.validation_share;
    same("validation share", share(plan), share(&begun))?;
    same("batch size", plan.batch_size, begun.batch_size)?;
    let num_done = checkpoint.history.len();
    if num_done > plan.num_epochs as usize {
        let expected = format!("at least {num_done}, as many as the run has finished");
        return Err(Error::setting("epochs", plan.num_epochs, expected));
    }
    Ok(())
}

/// Refuses a checkpoint that counts other steps than its finished epochs have:
/// masks and figures would go on from there.
pub fn check_steps(checkpoint: &Checkpoint, steps_per_epoch: u32) -> Result<()> {
    let expected = u64::from(steps_per_epoch) * checkpoint.history.len() as u64;
    if u64::from(checkpoint.step) == expected {
        return Ok(());
    }
    let found = checkpoint.step.to_string();
    let expected = format!("{expected}, {steps_per_epoch} for each finished epoch");
    Err(Error::data("checkpoint, steps", found, expected))
}

fn same<T: PartialEq + ToString>(setting: &'static str, found: T, begun: T) -> Result<()> {
    if found == begun {
        return Ok(());
    }
    let expected = format!("{}, as the run began", begun.to_string());
    Err(Error::setting(setting, found.to_string(), expected))
}

/// What decides a network's parameters.
fn network_words(plan: &Plan) -> String {
    let norm = if plan.network.layer_norm {
        " normalised"
    } else {
        ""
    };
    format!("{:?}{norm}", plan.network.hidden)
}
