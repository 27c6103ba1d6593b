use super::*;
use crate::message::Initialisation;
use crate::nn::layout::Layout;
use crate::nn::weights;
use wasm_bindgen_test::wasm_bindgen_test;

/// A network with the weights that a run would begin with.
pub fn model(hidden: &[usize], dropout: f32, layer_norm: bool) -> StoredModel {
    let plan = NetworkPlan {
        hidden: hidden.to_vec(),
        dropout,
        layer_norm,
        ..NetworkPlan::default()
    };
    let parameters = weights::initial(&Layout::new(&plan), Initialisation::Torch, 7);
    StoredModel {
        plan,
        task: Task::mnist(),
        normalisation: Normalisation::MNIST,
        parameters,
    }
}

/// The same for another task.
fn of_task(model: StoredModel, task: Task, normalisation: Normalisation) -> StoredModel {
    let plan = model.plan.for_task(&task);
    let parameters = weights::initial(&Layout::new(&plan), Initialisation::Torch, 7);
    let task = task.with_normalisation(normalisation);
    StoredModel {
        plan,
        task,
        normalisation,
        parameters,
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn models_of_other_tasks_come_back_whole() {
    let names = |count: usize| (0..count).map(|class| format!("\"{class}\" é")).collect();
    let own = Normalisation::new(0.286_041, 0.353_024).unwrap();
    for task in [
        Task::numbered(8, 10).unwrap(),
        Task::new(28, names(47)).unwrap(),
        Task::new(7, names(2)).unwrap().photographed(),
        Task::new(64, names(100)).unwrap(),
        Task::numbered(28, 10).unwrap(),
    ] {
        let model = of_task(model(&[6, 4], 0.25, true), task, own);
        for written in [safetensors::write(&model), burnpack::write(&model)] {
            assert_eq!(read("m", &written), Ok(model.clone().into()));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_a_file_must_say_of_another_task_it_is_asked_for() {
    let task = Task::new(8, numbered(12)).unwrap();
    let plan = model(&[3], 0.0, false).plan.for_task(&task);
    let said = |notes: &[(&str, &str)]| {
        let note = |key: &str| {
            let found = notes.iter().find(|(other, _)| *other == key);
            found.map(|(_, text)| (*text).to_owned())
        };
        let normalisation = normalisation_of("m", &plan, &note)?;
        task_of("m", &plan, normalisation, &note)
    };
    let message = |notes: &[(&str, &str)]| said(notes).unwrap_err().to_string();
    let share = "expected a number from 0 to 1, as a share of full ink";
    assert_eq!(
        message(&[]),
        format!("m, metadata pixel_mean: found nothing, {share}")
    );
    let mean = ("pixel_mean", "0.3");
    assert_eq!(
        message(&[mean, ("pixel_std", "NaN")]),
        format!("m, metadata pixel_std: found NaN, {share}")
    );
    let both = [mean, ("pixel_std", "0.2")];
    assert_eq!(said(&both).unwrap().classes(), numbered(12));
    assert_eq!(
        message(&[both[0], both[1], ("classes", "[\"a\"]")]),
        "m, metadata classes: found \"[\\\"a\\\"]\", expected a JSON list of 12 texts"
    );
}

fn of_activation(activation: Activation) -> StoredModel {
    let mut model = model(&[6, 4], 0.0, true);
    model.plan.activation = activation;
    model
}

#[wasm_bindgen_test(unsupported = test)]
fn an_activation_that_is_none_is_named() {
    let note = |text: &'static str| move |_: &str| Some(text.to_owned());
    assert_eq!(activation("m", &note("silu")).unwrap(), Activation::Silu);
    assert_eq!(activation("m", &|_| None).unwrap(), Activation::Relu);
    assert_eq!(
        activation("m", &note("maxout")).unwrap_err().to_string(),
        "m, metadata activation: found \"maxout\", expected one of relu, leaky_relu, tanh, \
         sigmoid, gelu, silu"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_written_is_read_whatever_its_name() {
    for model in [
        model(&[5], 0.0, false),
        model(&[6, 4], 0.25, false),
        model(&[6, 4, 3], 0.0, true),
        model(&[3; 8], 0.5, true),
        of_activation(Activation::LeakyRelu),
        of_activation(Activation::Gelu),
    ] {
        for written in [safetensors::write(&model), burnpack::write(&model)] {
            assert_eq!(read("m.csv", &written), Ok(model.clone().into()));
        }
    }
}
