//! Several networks that are asked together: a committee, whose answer is the mean of theirs.
//!
//! Averaged are probabilities, each member's own softmax, with equal weight, as Cireşan, Meier
//! and Schmidhuber do with their columns ("Multi-column Deep Neural Networks for Image
//! Classification", CVPR 2012, equation 1) and Cireşan et al. before ("Convolutional Neural
//! Network Committees for Handwritten Character Classification", ICDAR 2011):
//!
//! p(c | x) = 1/n · Σᵢ softmax(zᵢ(x))_c
//!
//! Never their weights: units of two networks stand in no order that is common to both. Each
//! member normalises the pixels by what it was trained with.

use std::rc::Rc;

use burn::tensor::Device;

use super::layout::Layout;
use super::model_file::StoredModel;
use super::network::Network;
use crate::config::{grouped, quoted};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::message::{MemberOrigin, StepKind};

/// Most members.
pub const MAX_MEMBERS: usize = 32;
/// Most parameters of all members together: a file of 580 MB.
const MAX_PARAMETERS: usize = 145_000_000;

/// A network of a committee.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The network.
    pub model: StoredModel,
    /// Which run it came from, where that is known.
    pub origin: Option<MemberOrigin>,
}

impl From<StoredModel> for Member {
    fn from(model: StoredModel) -> Self {
        Self {
            model,
            origin: None,
        }
    }
}

impl Member {
    /// How a sentence calls it: `member 2`, with its run's name where it has one.
    fn words(&self, at: usize) -> String {
        match &self.origin {
            Some(origin) => format!("member {} ({})", at + 1, origin.name),
            None => format!("member {}", at + 1),
        }
    }
}

/// One network or several of one task.
#[derive(Debug, Clone, PartialEq)]
pub struct Committee {
    members: Vec<Member>,
}

impl From<StoredModel> for Committee {
    fn from(model: StoredModel) -> Self {
        Self {
            members: vec![model.into()],
        }
    }
}

impl Committee {
    /// Puts networks together, in the order in which they are averaged.
    ///
    /// # Errors
    /// When there is none, there are more than [`MAX_MEMBERS`], or one has pictures of another
    /// size, other classes or other pictures than the first: names it, what was found and what
    /// was expected.
    pub fn new(members: Vec<Member>) -> Result<Self> {
        if !(1..=MAX_MEMBERS).contains(&members.len()) {
            let found = format!("{} networks", members.len());
            return Err(Error::data(
                "committee",
                found,
                format!("1 to {MAX_MEMBERS}"),
            ));
        }
        let num_parameters: usize = members.iter().map(|one| one.model.parameters.len()).sum();
        if members.len() > 1 && num_parameters > MAX_PARAMETERS {
            let found = format!("{} parameters", grouped(num_parameters as u64));
            let expected = format!("at most {}", grouped(MAX_PARAMETERS as u64));
            return Err(Error::data("committee", found, expected));
        }
        let committee = Self { members };
        for (at, member) in committee.members.iter().enumerate().skip(1) {
            committee.check_fits(at, member)?;
        }
        Ok(committee)
    }

    fn check_fits(&self, at: usize, member: &Member) -> Result<()> {
        let (own, task) = (&self.members[0].model.task, &member.model.task);
        let refused = |found: String, expected: String| {
            let expected = format!("{expected}, as {} has", self.members[0].words(0));
            Err(Error::data(
                format!("committee, {}", member.words(at)),
                found,
                expected,
            ))
        };
        if !task.fits(own) {
            return refused(task.shape_words(), own.shape_words());
        }
        let mut classes = task.classes().iter().zip(own.classes()).enumerate();
        if let Some((class, (found, expected))) = classes.find(|(_, (one, other))| one != other) {
            let found = format!("{} as class {class}", quoted(found));
            return refused(found, quoted(expected));
        }
        let pictures = |is_drawn| if is_drawn { "drawn" } else { "not drawn" };
        if task.is_drawn() != own.is_drawn() {
            let found = format!("pictures that are {}", pictures(task.is_drawn()));
            return refused(found, pictures(own.is_drawn()).into());
        }
        Ok(())
    }

    /// The networks, at least one, in the order in which they are averaged.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The network, where it is one alone.
    pub fn alone(&self) -> Option<&StoredModel> {
        match &self.members[..] {
            [member] => Some(&member.model),
            _ => None,
        }
    }

    /// What its members were trained to tell apart. The normalisation is the first one's.
    pub fn task(&self) -> &crate::data::Task {
        &self.members[0].model.task
    }
}

/// A committee on its device. It reads, and does not learn.
pub struct Networks(Vec<Network>);

impl Networks {
    /// Puts every member's parameters on the device.
    ///
    /// # Errors
    /// When no data set can be made of a member's task.
    pub fn new(committee: &Committee, device: &Device) -> Result<Self> {
        // A network holds a data set to learn from; these never will.
        let task = committee.task();
        let image = vec![0; task.num_pixels()];
        let blank = Rc::new(Dataset::from_parts("blank", task.clone(), image, vec![0])?);
        let networks = committee.members.iter().map(|Member { model, .. }| {
            Network::new(
                Layout::new(&model.plan),
                model.normalisation,
                &model.parameters,
                blank.clone(),
                StepKind::Fused,
                device,
            )
        });
        Ok(Self(networks.collect()))
    }

    /// Class probabilities `[n, num_classes]` of images `[n, num_pixels]`: the mean of the
    /// members', summed in their order in double precision. One member's are its own to the
    /// last bit; no number where a member has come to none.
    ///
    /// # Errors
    /// As [`Network::predict`].
    pub async fn predict(&mut self, pixels: &[u8]) -> Result<Vec<f32>> {
        if let [network] = &mut self.0[..] {
            return network.predict(pixels).await;
        }
        let mut sums = Vec::new();
        for network in &mut self.0 {
            let probabilities = network.predict(pixels).await?;
            sums.resize(probabilities.len(), 0.0);
            for (sum, &probability) in sums.iter_mut().zip(&probabilities) {
                *sum += f64::from(probability);
            }
        }
        let num_members = self.0.len() as f64;
        Ok(sums
            .into_iter()
            .map(|sum| (sum / num_members) as f32)
            .collect())
    }
}
