//! Committees: the mean of what their members read, whatever put them together, and files of
//! either format that hold all of them and nothing that does not belong together.

use std::rc::Rc;

use inkling::config::NetworkPlan;
use inkling::data::{Dataset, NUM_PIXELS, Normalisation, Task};
use inkling::message::{Activation, Initialisation, MemberOrigin, StepKind};
use inkling::nn::committee::{Committee, MAX_MEMBERS, Member, Networks};
use inkling::nn::device;
use inkling::nn::layout::Layout;
use inkling::nn::model_file::{self, StoredModel, burnpack, safetensors};
use inkling::nn::network::Network;
use inkling::nn::weights;
use wasm_bindgen_test::wasm_bindgen_test;

/// A network of a task, with the weights that a run under this seed would begin with.
fn network(hidden: &[usize], task: Task, normalisation: Normalisation, seed: u32) -> StoredModel {
    let plan = NetworkPlan {
        hidden: hidden.to_vec(),
        ..NetworkPlan::default()
    }
    .for_task(&task);
    let parameters = weights::initial(&Layout::new(&plan), Initialisation::Torch, seed);
    StoredModel {
        plan,
        task: task.with_normalisation(normalisation),
        normalisation,
        parameters,
    }
}

/// Three of MNIST's task that differ in all that they may differ in.
fn three() -> Vec<StoredModel> {
    let other = Normalisation::new(0.25, 0.5).unwrap();
    let mut second = network(&[7, 5], Task::mnist(), other, 2);
    second.plan.activation = Activation::Gelu;
    let mut third = network(&[4], Task::mnist(), Normalisation::MNIST, 3);
    third.plan.layer_norm = true;
    third.parameters = weights::initial(&Layout::new(&third.plan), Initialisation::Torch, 3);
    vec![
        network(&[6], Task::mnist(), Normalisation::MNIST, 1),
        second,
        third,
    ]
}

fn of(models: Vec<StoredModel>) -> Committee {
    Committee::new(models.into_iter().map(Member::from).collect()).unwrap()
}

fn images(num: usize) -> Vec<u8> {
    let pixel = |at: usize| match at % 3 {
        0 => (37 * at % 256) as u8,
        _ => 0,
    };
    (0..num * NUM_PIXELS).map(pixel).collect()
}

async fn read_by(committee: &Committee, pixels: &[u8]) -> Vec<f32> {
    let device = device::open().await.unwrap();
    let mut networks = Networks::new(committee, &device).unwrap();
    networks.predict(pixels).await.unwrap()
}

/// What a network reads by itself.
async fn read_alone(model: &StoredModel, pixels: &[u8]) -> Vec<f32> {
    let device = device::open().await.unwrap();
    let image = vec![0; model.plan.num_pixels];
    let blank = Dataset::from_parts("blank", model.task.clone(), image, vec![0]).unwrap();
    let mut network = Network::new(
        Layout::new(&model.plan),
        model.normalisation,
        &model.parameters,
        Rc::new(blank),
        StepKind::Fused,
        &device,
    );
    network.predict(pixels).await.unwrap()
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_committee_reads_the_mean_of_its_members_probabilities() {
    let (models, pixels) = (three(), images(5));
    let mut expected = vec![0.0; 50];
    for model in &models {
        for (sum, value) in expected.iter_mut().zip(read_alone(model, &pixels).await) {
            *sum += f64::from(value);
        }
    }
    let found = read_by(&of(models.clone()), &pixels).await;
    assert_eq!(found.len(), 50);
    for (found, sum) in found.iter().zip(&expected) {
        assert_eq!(*found, (sum / 3.0) as f32);
    }
    // Not what a network of mean weights would read, nor any member alone.
    for model in &models {
        assert_ne!(found, read_alone(model, &pixels).await);
    }
    let row: f32 = found[..10].iter().sum();
    assert!((row - 1.0).abs() < 1e-6, "{row}");
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_committee_of_one_is_its_member_to_the_last_bit() {
    let pixels = images(4);
    for model in three() {
        let alone = read_alone(&model, &pixels).await;
        let bits = |values: &[f32]| values.iter().map(|one| one.to_bits()).collect::<Vec<_>>();
        let found = read_by(&Committee::from(model.clone()), &pixels).await;
        assert_eq!(bits(&found), bits(&alone));
        // So is its file.
        let one = Committee::from(model.clone());
        assert_eq!(burnpack::write_committee(&one), burnpack::write(&model));
        let file = safetensors::write_committee(&one);
        assert_eq!(model_file::read("m", &file).unwrap(), one);
        // The same network twice reads what it reads once.
        let twice = read_by(&of(vec![model.clone(), model]), &pixels).await;
        assert_eq!(bits(&twice), bits(&alone));
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_member_that_has_come_to_no_number_makes_none_of_the_mean() {
    let mut models = three();
    models[1].parameters.fill(f32::NAN);
    let found = read_by(&of(models), &images(2)).await;
    assert!(found.iter().all(|value| value.is_nan()), "{found:?}");
}

/// `scripts/make_fixtures.py onnx`: one graph of two networks, their Softmax, and the Mean.
#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_committee_reads_what_onnxruntime_reads_in_its_graph() {
    let fixture = include_str!("../../tests/fixtures/onnx.json");
    let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
    let case = &fixture["committee"];
    let mut start = 0;
    let member = |case: &serde_json::Value| {
        let hidden = case["hidden"].as_array().unwrap().iter();
        let number = |key: &str, usual: f64| case[key].as_f64().unwrap_or(usual) as f32;
        let normalisation =
            Normalisation::new(number("pixel_mean", 0.1307), number("pixel_std", 0.3081));
        let plan = NetworkPlan {
            hidden: hidden
                .map(|width| width.as_u64().unwrap() as usize)
                .collect(),
            activation: serde_json::from_value(case["activation"].clone()).unwrap_or_default(),
            layer_norm: case["layer_norm"].as_bool().unwrap(),
            ..NetworkPlan::default()
        };
        let places = start..start + Layout::new(&plan).num_parameters as i64;
        start = places.end;
        let parameters = places.map(|at| ((31 * at + 7919) * at % 2003 - 1001) as f32 / 2048.0);
        StoredModel {
            plan,
            task: Task::mnist(),
            normalisation: normalisation.unwrap(),
            parameters: parameters.collect(),
        }
    };
    let members = case["members"].as_array().unwrap().iter().map(member);
    let committee = of(members.collect());
    let first = (0..NUM_PIXELS).map(|at| (37 * at % 256) as u8);
    let second = (0..NUM_PIXELS).map(|at| match at % 7 {
        0 => ((37 * at + 1) % 256) as u8,
        _ => 0,
    });
    let pixels: Vec<_> = first.chain(second).collect();
    let found = read_by(&committee, &pixels).await;
    let expected = case["probabilities"].as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let expected = expected.as_f64().unwrap() as f32;
        assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
    }
}

fn origin(name: &str, split_seed: u32) -> MemberOrigin {
    MemberOrigin {
        name: name.into(),
        run: format!("id of {name}"),
        data_name: "sample.csv".into(),
        data_checksum: "0123456789abcdef".into(),
        split_seed,
        validation_share: 20.0,
    }
}

/// As the page makes one, with an origin of each but the last.
fn with_origins(models: Vec<StoredModel>) -> Committee {
    let num = models.len();
    let member = |(at, model)| Member {
        model,
        origin: (at + 1 < num).then(|| origin(&format!("run \"{at}\" é"), at as u32)),
    };
    Committee::new(models.into_iter().enumerate().map(member).collect()).unwrap()
}

fn files(committee: &Committee) -> [Vec<u8>; 2] {
    [
        safetensors::write_committee(committee),
        burnpack::write_committee(committee),
    ]
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_file_holds_all_of_a_committee() {
    let names = vec!["Boot, \"high\"".into(), "é".into(), "Bag".into()];
    let task = Task::new(9, names).unwrap().photographed();
    let own = [(0.1, 0.2), (0.3, 0.4)].map(|(m, d)| Normalisation::new(m, d).unwrap());
    let mut others = vec![
        network(&[3], task.clone(), own[0], 5),
        network(&[4, 3, 2], task, own[1], 6),
    ];
    others[1].plan.dropout = 0.25;
    let many = (0..MAX_MEMBERS as u32)
        .map(|seed| network(&[2], Task::mnist(), Normalisation::MNIST, seed));
    for committee in [
        with_origins(three()),
        with_origins(others),
        of(many.collect()),
    ] {
        for file in files(&committee) {
            let read = model_file::read("whatever", &file).unwrap();
            assert_eq!(read, committee);
            assert_eq!(files(&read)[1], files(&committee)[1], "the same again");
        }
    }
    let committee = with_origins(three());
    let read = model_file::read("m", &files(&committee)[0]).unwrap();
    let pixels = images(3);
    assert_eq!(
        read_by(&read, &pixels).await,
        read_by(&committee, &pixels).await
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn names_and_modules_are_those_of_lists() {
    let [file, packed] = files(&of(three()));
    let (_, header) = ::safetensors::SafeTensors::read_metadata(&file).unwrap();
    let notes = header.metadata().clone().unwrap();
    assert_eq!(
        notes["module"],
        "ModuleList([Sequential(Linear(784, 6), ReLU(), Linear(6, 10)), \
         Sequential(Linear(784, 7), GELU(), Linear(7, 5), GELU(), Linear(5, 10)), \
         Sequential(Linear(784, 4), LayerNorm(4), ReLU(), Linear(4, 10))])"
    );
    assert_eq!(notes["members"], "3");
    assert_eq!(notes["outputs"], "the mean of the members' softmax");
    assert_eq!(notes["members.1.pixel_mean"], "0.25");
    let tensors = ::safetensors::SafeTensors::deserialize(&file).unwrap();
    assert_eq!(tensors.tensor("1.4.weight").unwrap().shape(), [10, 5]);
    // burn-pack reads the other: a `Committee { members: Vec<Mlp> }`.
    let bytes = burn::tensor::Bytes::from_bytes_vec(packed);
    let tensors = burn_pack::Reader::from_bytes(bytes)
        .unwrap()
        .into_tensors()
        .unwrap();
    let mut names: Vec<_> = tensors.into_iter().map(|tensor| tensor.name).collect();
    names.sort();
    assert_eq!(names.len(), 4 + 6 + 6);
    assert_eq!(names[0], "members.0.linears.0.bias");
    assert!(names.contains(&"members.2.norms.0.gamma".into()));
}

#[wasm_bindgen_test(unsupported = test)]
fn networks_that_do_not_fit_together_are_refused() {
    let told = |models: Vec<Member>| Committee::new(models).unwrap_err().to_string();
    let mnist = || Member {
        model: network(&[3], Task::mnist(), Normalisation::MNIST, 1),
        origin: Some(origin("seed 1", 1)),
    };
    let other = |task: Task| Member::from(network(&[3], task, Normalisation::MNIST, 2));
    assert_eq!(
        told(vec![]),
        "committee: found 0 networks, expected 1 to 32"
    );
    assert_eq!(
        told(vec![mnist(); 33]),
        "committee: found 33 networks, expected 1 to 32"
    );
    assert_eq!(
        told(vec![
            mnist(),
            mnist(),
            other(Task::numbered(8, 10).unwrap())
        ]),
        "committee, member 3: found 8 × 8 pixels, 10 classes, expected 28 × 28 pixels, 10 \
         classes, as member 1 (seed 1) has"
    );
    assert_eq!(
        told(vec![mnist(), other(Task::numbered(28, 47).unwrap())]),
        "committee, member 2: found 28 × 28 pixels, 47 classes, expected 28 × 28 pixels, 10 \
         classes, as member 1 (seed 1) has"
    );
    let mut named = Task::mnist().classes().to_vec();
    named[3] = "Dress".into();
    let fashion = Task::mnist().with_classes(named).unwrap();
    assert_eq!(
        told(vec![mnist(), other(fashion)]),
        "committee, member 2: found \"Dress\" as class 3, expected \"3\", as member 1 (seed 1) has"
    );
    assert_eq!(
        told(vec![mnist(), other(Task::mnist().photographed())]),
        "committee, member 2: found pictures that are not drawn, expected drawn, as member 1 \
         (seed 1) has"
    );
    let wide = network(&[4096; 6], Task::mnist(), Normalisation::MNIST, 1);
    let found = told(vec![wide.clone().into(), wide.into()]);
    assert_eq!(
        found,
        "committee: found 174,325,780 parameters, expected at most 145,000,000"
    );
}

/// A file with these bytes replaced, of equal length.
fn with(file: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = file
        .windows(old.len())
        .position(|bytes| bytes == old.as_bytes())
        .expect(old);
    let mut file = file.to_vec();
    file[at..at + new.len()].copy_from_slice(new.as_bytes());
    file
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_that_is_no_committee_says_where_and_what() {
    let committee = with_origins(three());
    let told = |file: &[u8]| model_file::read("m", file).unwrap_err().to_string();
    let [file, packed] = files(&committee);
    let checksum = weights::checksum(&committee.members()[1].model.parameters);
    for file in [&file, &packed] {
        assert_eq!(
            told(&with(file, &checksum, "0000000000000000")),
            format!(
                "m, weights of member 2: found the checksum {checksum}, expected \
                 \"0000000000000000\" as its metadata have it"
            )
        );
        // A bit of a weight: all else is whole.
        let mut broken = file.clone();
        let last = broken.len() - 4;
        broken[last] ^= 1;
        assert!(told(&broken).starts_with("m, weights of member "));
        let cut = told(&file[..file.len() - 1]);
        assert!(cut.starts_with("m, data: found fewer"), "{cut}");
        let origin = told(&with(file, "split_seed", "split_sead"));
        assert!(
            origin.starts_with("m, metadata members.0.origin: found ")
                || origin.starts_with("m, metadata members.1.origin: found "),
            "{origin}"
        );
    }
    for (count, expected) in [("4", "4.0.weight"), ("2", "2.0.bias")] {
        let changed = with(
            &file,
            "\"members\":\"3\"",
            &format!("\"members\":\"{count}\""),
        );
        let found = told(&changed);
        let is_told = match count {
            "4" => found.contains("tensors: found 0 linear layers"),
            _ => found.contains("m, tensor 2.") && found.contains("one of 2 members"),
        };
        assert!(is_told, "{expected}: {found}");
    }
    for count in ["0", "x"] {
        let changed = with(
            &file,
            "\"members\":\"3\"",
            &format!("\"members\":\"{count}\""),
        );
        assert_eq!(
            told(&changed),
            format!("m, metadata members: found \"{count}\", expected 1 to 32")
        );
    }
}
