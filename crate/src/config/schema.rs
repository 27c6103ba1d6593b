//! The settings of a run, each with its name, its kind and its sentence: the one source that
//! the page's form, its address, a study's values and a report's tables follow.
//!
//! Over 400 lines: an entry a setting.
//!
//! A new setting is a field of [`RunConfig`], its check in [`super::Plan`] and an entry here.

use crate::message::{
    Activation, BackendChoice, Initialisation, LearningRateSchedule, Optimiser, PercentKind,
    RunConfig, SettingChoice, SettingFacts, SettingGroup, SettingKind, SettingsFacts,
};

/// A setting.
pub struct Setting {
    /// Its field of [`RunConfig`], which is its name in an address, too.
    pub key: &'static str,
    /// Its accessible name.
    pub label: &'static str,
    /// What it does, and what more or less of it brings: a sentence or two.
    pub hint: &'static str,
    /// Where it stands in the form.
    pub group: SettingGroup,
    /// What it takes.
    pub kind: Kind,
}

/// What a setting takes, and where it is kept.
pub enum Kind {
    /// A number.
    Number {
        /// Its value; `NaN` for none.
        get: fn(&RunConfig) -> f64,
        /// Gives it one.
        set: fn(&mut RunConfig, f64),
        /// How it is written.
        form: NumberForm,
    },
    /// On or off.
    Flag {
        /// Its value.
        get: fn(&RunConfig) -> bool,
        /// Gives it one.
        set: fn(&mut RunConfig, bool),
    },
    /// One of some.
    Choice {
        /// Its value's name in settings.
        get: fn(&RunConfig) -> &'static str,
        /// Gives it one by such a name; whether there is one.
        set: fn(&mut RunConfig, &str) -> bool,
        /// Their names in settings and among words, in the order in which they are offered.
        choices: fn() -> Vec<(&'static str, &'static str)>,
    },
    /// Text that the setting reads itself.
    Text,
}

/// How a number is written.
#[derive(Default)]
pub struct NumberForm {
    /// Whether it has no decimals, so that arrow keys step it.
    is_whole: bool,
    /// Where the arrow keys end.
    least: f64,
    /// What `20 %` stands for; without it no percent sign is taken.
    percent: Option<PercentKind>,
    /// The setting whose value an empty field means.
    stands_for: Option<&'static str>,
}

const WHOLE: NumberForm = NumberForm {
    is_whole: true,
    least: 0.0,
    percent: None,
    stands_for: None,
};
const DECIMAL: NumberForm = NumberForm {
    is_whole: false,
    ..WHOLE
};
const SHARE: NumberForm = NumberForm {
    percent: Some(PercentKind::Fraction),
    ..DECIMAL
};

macro_rules! number {
    ($field:ident, $form:expr) => {
        Kind::Number {
            get: |config| config.$field,
            set: |config, value| config.$field = value,
            form: $form,
        }
    };
}

macro_rules! flag {
    ($field:ident) => {
        Kind::Flag {
            get: |config| config.$field,
            set: |config, value| config.$field = value,
        }
    };
}

macro_rules! choice {
    ($field:ident, $of:ident) => {
        Kind::Choice {
            get: |config| config.$field.key(),
            set: |config, key| {
                let found = $of::ALL.into_iter().find(|one| one.key() == key);
                found.map(|one| config.$field = one).is_some()
            },
            choices: || $of::ALL.map(|one| (one.key(), one.words())).into(),
        }
    };
}

/// All of them, in the form's order.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "validation_share",
        label: "Validation share",
        hint: "Part of the images held out to test on, as a percentage such as 20 or a fraction \
               such as 0.2. Each class keeps the same share in both parts: a stratified split.",
        group: SettingGroup::Data,
        kind: number!(
            validation_share,
            NumberForm {
                percent: Some(PercentKind::Percentage),
                ..DECIMAL
            }
        ),
    },
    Setting {
        key: "augmentation",
        label: "Augmentation",
        hint: "Shifts, turns and stretches the training images a little each time. Slower to \
               learn, better on pictures off centre.",
        group: SettingGroup::Data,
        kind: flag!(augmentation),
    },
    Setting {
        key: "hidden_layers",
        label: "Hidden layers",
        hint: "Width of each hidden layer, such as 128, 64. More units can learn more, train \
               more slowly and overfit more easily.",
        group: SettingGroup::Network,
        kind: Kind::Text,
    },
    Setting {
        key: "activation",
        label: "Activation",
        hint: "What a hidden unit makes of its sum. ReLU is quick and usual; Tanh and Sigmoid \
               flatten out, so that deep networks learn slowly; GELU and SiLU are ReLU with a \
               round corner.",
        group: SettingGroup::More,
        kind: choice!(activation, Activation),
    },
    Setting {
        key: "initialisation",
        label: "Initialisation",
        hint: "How the first weights are drawn. Kaiming normal suits ReLU, Xavier suits Tanh and \
               Sigmoid; all equal shows why they must differ: the units of a layer then learn \
               as one.",
        group: SettingGroup::More,
        kind: choice!(initialisation, Initialisation),
    },
    Setting {
        key: "dropout",
        label: "Dropout",
        hint: "Chance, from 0 to 0.95, that a hidden unit is switched off in a training step. \
               More of it narrows the gap between training and validation, and slows learning.",
        group: SettingGroup::Network,
        kind: number!(dropout, SHARE),
    },
    Setting {
        key: "input_dropout",
        label: "Input dropout",
        hint: "The same chance for a pixel, 0 for none. 0.2 is usual beside a dropout of 0.5 in \
               wide layers and long runs.",
        group: SettingGroup::More,
        kind: number!(input_dropout, SHARE),
    },
    Setting {
        key: "layer_norm",
        label: "Layer normalisation",
        hint: "Rescales each hidden layer before its activation. Often allows a higher learning \
               rate; each step costs a little more.",
        group: SettingGroup::Network,
        kind: flag!(layer_norm),
    },
    Setting {
        key: "backend",
        label: "Backend",
        hint: "Where the numbers are computed: webgpu is the graphics card, ndarray the \
               processor. auto times both on your data and takes the faster one.",
        group: SettingGroup::Run,
        kind: choice!(backend, BackendChoice),
    },
    Setting {
        key: "epochs",
        label: "Epochs",
        hint: "How often the network sees every training image. More can learn more, until the \
               validation loss turns upward.",
        group: SettingGroup::Run,
        kind: number!(
            epochs,
            NumberForm {
                least: 1.0,
                ..WHOLE
            }
        ),
    },
    Setting {
        key: "batch_size",
        label: "Batch size",
        hint: "Images averaged into one step. Small batches make many noisy steps; large ones \
               few, smooth steps that may want a higher learning rate.",
        group: SettingGroup::Run,
        kind: number!(
            batch_size,
            NumberForm {
                least: 1.0,
                ..WHOLE
            }
        ),
    },
    Setting {
        key: "optimiser",
        label: "Optimiser",
        hint: "The rule of a step. Adam, AdamW and RMSprop fit each weight’s step to its own \
               gradients and want a learning rate near 0.001; Nesterov looks ahead along the \
               momentum.",
        group: SettingGroup::More,
        kind: choice!(optimiser, Optimiser),
    },
    Setting {
        key: "learning_rate",
        label: "Learning rate",
        hint: "How far each step moves the weights. Too low and the loss creeps; too high and it \
               jumps about or breaks.",
        group: SettingGroup::Run,
        kind: number!(learning_rate, DECIMAL),
    },
    Setting {
        key: "learning_rate_schedule",
        label: "Schedule",
        hint: "How the learning rate moves in a run. A cosine lets it fall towards 0, so that \
               long runs settle: start higher, and end with less noise. step cuts it to a tenth \
               after each third; 1cycle rises from a twenty-fifth of it and falls to next to \
               nothing; warm-up rises over the first epoch.",
        group: SettingGroup::Run,
        kind: choice!(learning_rate_schedule, LearningRateSchedule),
    },
    Setting {
        key: "momentum",
        label: "Momentum",
        hint: "Share of the last step carried into the next, 0 for none. 0.9 speeds learning up \
               about tenfold; lower the learning rate with it.",
        group: SettingGroup::Run,
        kind: number!(momentum, SHARE),
    },
    Setting {
        key: "weight_decay",
        label: "Weight decay",
        hint: "Pulls every weight towards zero, 0 for none. Around 0.0001 curbs overfitting a \
               little; too much keeps the network from learning.",
        group: SettingGroup::Run,
        kind: number!(weight_decay, DECIMAL),
    },
    Setting {
        key: "max_norm",
        label: "Max norm",
        hint: "Longest that the weights into a hidden unit may be, 0 for no bound. Around 3 keeps \
               them in hand at high rates and with dropout.",
        group: SettingGroup::More,
        kind: number!(max_norm, DECIMAL),
    },
    Setting {
        key: "label_smoothing",
        label: "Label smoothing",
        hint: "Share of each target given to all classes alike, 0 for none. 0.1 keeps the network \
               from being too sure; the training loss then cannot reach 0.",
        group: SettingGroup::More,
        kind: number!(label_smoothing, SHARE),
    },
    Setting {
        key: "patience",
        label: "Patience",
        hint: "Ends a run after so many epochs without a lower validation loss, 0 for never: \
               early stopping.",
        group: SettingGroup::More,
        kind: number!(patience, WHOLE),
    },
    Setting {
        key: "keep_best",
        label: "Keep the best epoch",
        hint: "The model is then that of the epoch with the highest validation accuracy, in place \
               of the last one. Picked on those images, it looks a little better there than it \
               is.",
        group: SettingGroup::More,
        kind: flag!(keep_best),
    },
    Setting {
        key: "seed",
        label: "Seed",
        hint: "Start of the random numbers for split, weights and order. The same seed repeats a \
               run exactly; another one shows how much is luck.",
        group: SettingGroup::Run,
        kind: number!(seed, WHOLE),
    },
    Setting {
        key: "split_seed",
        label: "Split seed",
        hint: "Which images are held out, apart from the seed. Empty: the same as Seed. With one \
               split, runs under several seeds are tested on the same images, so that only \
               training differs.",
        group: SettingGroup::More,
        kind: Kind::Number {
            get: |config| config.split_seed.unwrap_or(config.seed),
            set: |config, value| config.split_seed = Some(value),
            form: NumberForm {
                stands_for: Some("seed"),
                ..WHOLE
            },
        },
    },
    Setting {
        key: "clean_curve",
        label: "Clean training curve",
        hint: "Measures training images after each epoch as validation images are, and draws \
               that as a thin third line. Costs as long as a validation pass, for each epoch.",
        group: SettingGroup::More,
        kind: flag!(clean_curve),
    },
];

/// A setting by its field of [`RunConfig`].
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

impl Setting {
    /// Its name within a sentence.
    pub fn name(&self) -> String {
        self.label.to_lowercase()
    }

    /// Its value as it is written among words: `0.1`, `on`, `GELU`.
    pub fn words(&self, config: &RunConfig) -> String {
        match &self.kind {
            Kind::Number { get, .. } => get(config).to_string(),
            Kind::Flag { get, .. } => on_off(get(config)).into(),
            Kind::Choice { get, choices, .. } => {
                let key = get(config);
                let choices = choices();
                let own = choices.iter().find(|(choice, _)| *choice == key);
                own.map_or(key, |(_, words)| words).into()
            }
            // The only one.
            Kind::Text => config.hidden_layers.clone(),
        }
    }

    /// The same as a table for programs has it: `true`, `gelu`.
    pub fn cell(&self, config: &RunConfig) -> String {
        match &self.kind {
            Kind::Flag { get, .. } => get(config).to_string(),
            Kind::Choice { get, .. } => get(config).into(),
            Kind::Number { .. } | Kind::Text => self.words(config),
        }
    }

    /// Gives it a value that is written as a study's values are; what was expected where it is
    /// none of its kind. A number's range is the plan's to check.
    pub fn read(&self, text: &str, config: &mut RunConfig) -> Result<(), String> {
        match &self.kind {
            // What is no number is refused as NaN; adding zero turns -0 into 0, which is what
            // was meant.
            Kind::Number { set, .. } => set(config, text.parse().unwrap_or(f64::NAN) + 0.0),
            Kind::Flag { set, .. } => match text.to_ascii_lowercase().as_str() {
                "off" | "no" | "false" | "0" => set(config, false),
                "on" | "yes" | "true" | "1" => set(config, true),
                _ => return Err("off or on".into()),
            },
            Kind::Choice { set, choices, .. } => {
                let plain = |text: &str| text.replace([' ', '-'], "_").to_lowercase();
                let text = plain(text);
                let choices = choices();
                let is_it =
                    |(key, words): &&(&str, &str)| plain(key) == text || plain(words) == text;
                let Some((key, _)) = choices.iter().find(is_it) else {
                    let keys: Vec<&str> = choices.iter().map(|(key, _)| *key).collect();
                    return Err(format!("one of {}", keys.join(", ")));
                };
                set(config, key);
            }
            Kind::Text => config.hidden_layers = text.into(),
        }
        Ok(())
    }

    /// Where a number is kept; none of another kind.
    pub fn number(&self) -> Option<fn(&RunConfig) -> f64> {
        match self.kind {
            Kind::Number { get, .. } => Some(get),
            _ => None,
        }
    }

    /// Gives a number its value.
    pub fn give(&self, config: &mut RunConfig, value: f64) {
        if let Kind::Number { set, .. } = self.kind {
            set(config, value);
        }
    }

    fn facts(&self) -> SettingFacts {
        let mut facts = SettingFacts {
            key: self.key.into(),
            label: self.label.into(),
            hint: self.hint.into(),
            group: self.group,
            kind: SettingKind::Text,
            choices: vec![],
            is_whole: false,
            least: None,
            percent: None,
            stands_for: None,
        };
        match &self.kind {
            Kind::Number { form, .. } => {
                facts.kind = SettingKind::Number;
                facts.is_whole = form.is_whole;
                facts.least = form.is_whole.then_some(form.least);
                facts.percent = form.percent;
                facts.stands_for = form.stands_for.map(String::from);
            }
            Kind::Flag { .. } => facts.kind = SettingKind::Flag,
            Kind::Choice { choices, .. } => {
                facts.kind = SettingKind::Choice;
                let choices = choices().into_iter().map(|(value, words)| SettingChoice {
                    value: value.into(),
                    words: words.into(),
                });
                facts.choices = choices.collect();
            }
            Kind::Text => {}
        }
        facts
    }
}

impl BackendChoice {
    const ALL: [Self; 3] = [Self::Auto, Self::Webgpu, Self::Ndarray];

    fn key(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Webgpu => "webgpu",
            Self::Ndarray => "ndarray",
        }
    }

    fn words(self) -> &'static str {
        self.key()
    }
}

/// A switch among words.
pub fn on_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

/// What the page's form says before there is an engine.
pub fn facts() -> SettingsFacts {
    SettingsFacts {
        settings: SETTINGS.iter().map(Setting::facts).collect(),
        defaults: RunConfig::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test(unsupported = test)]
    fn every_field_of_a_run_is_a_setting_of_its_own() {
        let config = RunConfig {
            split_seed: Some(7.0),
            ..RunConfig::default()
        };
        let fields = serde_json::to_value(&config).unwrap();
        let fields: BTreeSet<&str> = fields
            .as_object()
            .unwrap()
            .keys()
            .map(|key| &**key)
            .collect();
        // Not in the form: a reference for tests, not a choice to make.
        let mut found: BTreeSet<&str> = ["step"].into();
        found.extend(SETTINGS.iter().map(|setting| setting.key));
        assert_eq!(found, fields);
        assert_eq!(found.len(), SETTINGS.len() + 1);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_that_is_read_stands_in_its_own_field() {
        for setting in SETTINGS {
            let usual = RunConfig::default();
            let text = match &setting.kind {
                Kind::Number { .. } => "3".into(),
                Kind::Flag { get, .. } => on_off(!get(&usual)).into(),
                Kind::Choice { choices, .. } => choices().last().unwrap().1.to_string(),
                Kind::Text => "8, 8".into(),
            };
            let mut config = usual.clone();
            setting.read(&text, &mut config).unwrap();
            assert_eq!(setting.words(&config), text);
            let [usual, config] = [usual, config].map(|one| serde_json::to_value(one).unwrap());
            for (key, value) in config.as_object().unwrap() {
                let is_changed = Some(value) != usual.get(key);
                assert_eq!(is_changed, key == setting.key, "{} in {key}", setting.key);
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_no_choice_is_refused_with_those_there_are() {
        let mut config = RunConfig::default();
        let schedule = setting("learning_rate_schedule").unwrap();
        assert_eq!(
            schedule.read("steps", &mut config).unwrap_err(),
            "one of constant, cosine, step, one_cycle, warm_up"
        );
        assert_eq!(config, RunConfig::default());
        schedule.read("One cycle", &mut config).unwrap();
        assert_eq!(
            config.learning_rate_schedule,
            LearningRateSchedule::OneCycle
        );
    }
}
