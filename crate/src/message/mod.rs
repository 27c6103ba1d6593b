//! Every type that crosses between Rust and JavaScript. `tsify` writes them
//! into the generated `.d.ts`; nothing is mirrored by hand on the other side.
//!
//! Pixels and weights do not pass through here: they cross as typed arrays.

mod assignment;
mod bits;
mod check;
mod data;
mod evaluation;
mod inside;
mod insight;
mod model;
mod rates;
mod report;
mod run;
mod run_config;
mod setting;
mod study;

pub use assignment::{AssignedData, AssignedStudy, Assignment, AssignmentFiles};
pub use bits::{read_bits, write_bits};
pub use check::{
    CheckWish, ClassFile, ClassFiles, ClassVerdicts, HandIn, HandInFiles, HandInLimits,
    HandInVerdict, HandInWeights, HandedRun, JudgeRequest, RunVerdict, TrainedAgain, VerdictKind,
};
pub use data::{
    ClassCounts, DataChange, DataSource, DataSummary, Finding, FindingKind, LoadProgress,
    NO_COLUMN, NormalisationSummary, ReadingChoice, TableReading, TaskSummary,
};
pub use evaluation::{CalibrationBin, ClassFigures, Evaluation};
pub use inside::{
    HealthLimits, Histogram, LayerHealth, MeasuredLayer, RunHealth, StepLayer, UnitLink, UnitNorm,
    UnitPower, UnitPowers, UnitSoftmax, UnitSum, UnitTerm,
};
pub use insight::{Insight, InsightKind, InsightNumber};
pub use model::{MemberOrigin, MemberSummary, ModelSummary};
pub use rates::{RatePoint, RateReading, RatesFound};
pub use report::{
    Block, Plot, PlotKind, ReportBaseline, ReportEvaluation, ReportFiles, ReportRequest,
    ReportStudy,
};
pub use run::{
    CleanFigures, EpochRecord, Event, Failure, FailureKind, LayerSummary, Outcome, PlanSummary,
    Progress, RunResult,
};
pub use run_config::{
    Activation, BackendChoice, Initialisation, LearningRateSchedule, Optimiser, RunConfig, StepKind,
};
pub use setting::{
    PercentKind, SettingChoice, SettingFacts, SettingGroup, SettingKind, SettingsFacts,
};
pub use study::{
    AxisScale, Factor, FactorFacts, FinalTest, FinalTestRun, RunSpec, RunState, StudyConfig,
    StudyFacts, StudyPlan, StudyReading, StudyRecord, StudyRun, StudyValue, ValueFigures, Winner,
};
