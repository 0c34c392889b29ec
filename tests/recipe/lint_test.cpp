// Every rule has a recipe that it speaks of and one that it does not.
#include "temper/recipe/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace temper::recipe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A sub-policy; a policy as `temper tune augment --space autoaugment` writes it; an operation that
/// is no policy, as it holds others than sub-policies.
const std::string kPair =
    R"({ kind = "random_apply", p = 1.0, operations = ["rotate", "invert"] })";
const std::string kFound = R"({ kind = "one_of", operations = [)" + kPair + ", " + kPair + "] }";
const std::string kOther =
    R"({ kind = "one_of", operations = [)" + kPair + R"(, "rotate", "invert"] })";

const std::string kProbe = R"(pretrained = { from = "weights", head = "probe" })";

constexpr schedule::Horizon kRun{.steps_per_epoch = 100, .total_steps = 1000};

/// A recipe that a rule speaks of, one that differs little and that it does not speak of, and a
/// part of what it says.
struct Case {
  std::string id, with, without, says;
  bool has_length = false;  ///< the run is one of 1,000 steps
};

const std::vector<Case> kCases{
    {"no-learning", "optimizer.lr = 0", "optimizer.lr = 0.1", "nothing is learned"},
    {"no-whole-batch", "data = { batch_size = 64, limit = 63 }",
     "data = { batch_size = 64, limit = 64 }", "larger than data.limit"},
    {"beside-own-average", "optimizer.kind = \"schedule_free_sgd\"\nlookahead = true",
     "optimizer.kind = \"sgd\"\nlookahead = true", "remove it"},
    {"second-average", "optimizer.kind = \"schedule_free_sgd\"\naveraging = [\"ema\"]",
     "optimizer.kind = \"sgd\"\naveraging = [\"ema\"]", "remove averaging"},
    {"no-validation", "data.validation = 0", "data.validation = 0.1", "overfitting"},
    {"no-validation", "data.validation = 0", "data.folds = 5\ndata.validation = 0", "overfitting"},
    {"average-too-slow", "averaging = [{ kind = \"ema\", decay = 0.999 }]",
     "averaging = [{ kind = \"ema\", decay = 0.99 }]", "spans about 1000 steps", true},
    {"average-too-slow", "averaging = [{ kind = \"ema\", decay = 0.999 }]",
     R"(averaging = [{ kind = "ema", decay = 0.999, warmup = "timm" }])", "", true},
    {"average-too-slow",
     R"(averaging = [{ kind = "ema", decay = { schedule = "constant", value = 0.99999, )"
     R"(warmup = { steps = 1, start = 0.0, form = "constant" } } }])",
     R"(averaging = [{ kind = "ema", decay = { schedule = "constant", value = 0.99, )"
     R"(warmup = { steps = 1, start = 0.0, form = "constant" } } }])",
     "averaging.0.decay reaches 0.99999: the average spans about 100000 steps", true},
    {"average-too-slow",
     R"(averaging = [{ kind = "ema", decay = 0.99998, rescale = "torchvision" }])",
     R"(averaging = [{ kind = "ema", decay = 0.9995, rescale = "torchvision" }])",
     "averaging.0.decay = 0.99998, rescaled to 0.999744: the average spans about 3906 steps", true},
    {"warm-up-too-long", "optimizer.lr = { schedule = \"cosine\", warmup = { epochs = 10 } }",
     "optimizer.lr = { schedule = \"cosine\", warmup = { epochs = 9 } }",
     "does not end within the run", true},
    {"warm-up-too-long",
     "epochs = 7\noptimizer.lr = { schedule = \"cosine\", warmup = { epochs = 7 } }",
     "epochs = 8\noptimizer.lr = { schedule = \"cosine\", warmup = { epochs = 7 } }",
     "does not end within the run of 7 epochs"},
    {"without-effect", "lookahead = { k = 1001 }", "lookahead = { k = 1000 }", "lookahead.k", true},
    {"strong-and-short",
     "epochs = 29\nloss.label_smoothing = true\nmodel.dropout = [\"dropout\"]\n"
     R"(data.augment = [{ kind = "random_apply", operations = ["rand_augment"] }])",
     "epochs = 30\nloss.label_smoothing = true\nmodel.dropout = [\"dropout\"]\n"
     R"(data.augment = [{ kind = "random_apply", operations = ["rand_augment"] }])",
     "label smoothing, dropout, an augmentation policy in a run of 29 epochs"},
    {"strong-and-short",
     "epochs = 8\nloss.label_smoothing = true\nmodel.dropout = [\"dropout\"]\n"
     "model.stochastic_depth = true",
     "epochs = 8\nloss.label_smoothing = true\nmodel.dropout = [\"dropout\"]", "stochastic depth"},
    {"strong-and-short",
     "epochs = 8\nloss.confidence_penalty = { beta = { schedule = \"cosine\", peak = 0.1 } }\n"
     "model.stochastic_depth = true\nmixing = true",
     "epochs = 8\nloss.confidence_penalty = { beta = 0 }\nmodel.stochastic_depth = true\n"
     "mixing = true",
     "a confidence penalty, stochastic depth, mixing in"},
    {"strong-and-short",
     "epochs = 8\nmodel.dropout = [{ kind = \"dropout\", p = 0.1 }]\nmixing = true\n"
     R"(data.augment = [{ kind = "random_erasing", p = 0.1 }])",
     "epochs = 8\nmodel.dropout = [{ kind = \"dropout\", p = 0.1 }]\nmixing = true\n"
     R"(data.augment = [{ kind = "random_erasing", p = 0.0 }])",
     "dropout, mixing, random erasing"},
    {"strong-and-short",
     "epochs = 8\nloss.label_smoothing = true\nmixing = true\nadversarial = \"free\"",
     "epochs = 8\nloss.label_smoothing = true\nmixing = true\nsam = true\nmax_norm = true\n"
     "penalty = { l1 = 1e-4 }\ngradient_noise = true\n"
     "distillation = { from = \"runs/teacher\" }",
     "label smoothing, mixing, adversarial training in a run of 8 epochs"},
    {"strong-and-short",
     "epochs = 8\nloss.label_smoothing = true\nmodel.dropout = [\"dropout\"]\nconsistency = true",
     "epochs = 8\nloss.label_smoothing = true\nmodel.dropout = [\"dropout\"]\n"
     "consistency = { weight = 0 }",
     "label smoothing, dropout, consistency regularization in"},
    {"weak-and-long",
     "epochs = 300\nmodel.dropout = [{ kind = \"dropout\", p = 0.0 }]\n"
     "model.stochastic_depth = { drop_path_rate = 0.0 }\nmixing = { p = 0.0 }\n"
     R"(data.augment = [{ kind = "random_apply", p = 0.0, operations = ["rand_augment"] }])",
     "epochs = 300\nmodel.dropout = [{ kind = \"dropout\", p = 0.1 }]", "300 epochs without"},
    {"weak-and-long", "epochs = 300", "epochs = 299", "300 epochs without"},
    {"weak-and-long", "epochs = 350", "epochs = 350\nloss.label_smoothing = true", "350 epochs"},
    {"weak-and-long", "epochs = 300", "epochs = 300\npretrained = { from = \"weights\" }", ""},
    {"weak-and-long", "epochs = 300\nadversarial = { kind = \"trades\", beta = 0 }",
     "epochs = 300\nadversarial = \"trades\"", ""},
    {"weak-and-long", "epochs = 300", "epochs = 300\nadversarial = \"pgd\"", ""},
    {"weak-and-long", "epochs = 300\ndistillation = { from = \"runs/teacher\", weight = 0 }",
     "epochs = 300\ndistillation = { from = \"runs/teacher\" }", ""},
    {"weak-and-long", "epochs = 300\ndistillation = { from = \"runs/teacher\", weight = 0 }",
     "epochs = 300\n"
     "distillation = { from = \"runs/teacher\", weight = 0, features = true }",
     ""},
    {"weak-and-long", "epochs = 300\nconsistency = { weight = 0 }",
     "epochs = 300\nconsistency = true", ""},
    {"weak-and-long", "epochs = 300\nsam = { rho = 0 }", "epochs = 300\nsam = true", ""},
    {"weak-and-long", "epochs = 300\npenalty = { l2 = 1e-4 }",
     "epochs = 300\npenalty = { l1 = 1e-4 }", ""},
    {"weak-and-long", "epochs = 300", "epochs = 300\nmax_norm = true", ""},
    {"weak-and-long", "epochs = 300\ngradient_noise = { eta = 0 }",
     "epochs = 300\ngradient_noise = true", ""},
    {"weak-and-long", "epochs = 300\ndata.augment = [" + kOther + "]",
     "epochs = 300\ndata.augment = [" + kFound + "]", ""},
    {"weak-and-long",
     "epochs = 300\n"
     R"(data.augment = [{ kind = "random_apply", p = 0.0, operations = [)" +
         kFound + "] }]",
     "epochs = 300\n"
     R"(data.augment = [{ kind = "random_apply", p = 0.5, operations = [)" +
         kFound + "] }]",
     ""},
    {"decay-not-lowered",
     "optimizer.weight_decay = 1e-4\nmodel.dropout = [\"dropout\"]\n"
     "data.augment = [\"trivial_augment_wide\"]",
     "optimizer.weight_decay = 4e-5\nmodel.dropout = [\"dropout\"]\n"
     "data.augment = [\"trivial_augment_wide\"]",
     "such as 4e-05"},
    {"decay-not-lowered",
     "optimizer.weight_decay = 5e-4\nmodel.dropout = [\"dropout\"]\n"
     "data.augment = [\"rand_augment\"]",
     "optimizer.weight_decay = 5e-4\ndata.augment = [\"rand_augment\"]", "with dropout and an"},
    {"decay-not-lowered",
     "optimizer.weight_decay = 5e-4\nmodel.dropout = [\"dropout\"]\ndata.augment = [" + kFound +
         "]",
     "optimizer.weight_decay = 5e-4\nmodel.dropout = [\"dropout\"]\ndata.augment = [" + kOther +
         "]",
     "with dropout and an"},
    {"early-stopping-annealed", "early_stopping = true\noptimizer.lr = { schedule = \"cosine\" }",
     "early_stopping = true\noptimizer.lr = { schedule = \"plateau\" }", "\"cosine\""},
    {"rate-not-scaled", "data.batch_size = 4096\noptimizer.lr = 0.1",
     "data.batch_size = 4096\noptimizer.lr = 1.6", "rule gives 1.6"},
    {"rate-not-scaled",
     "data.batch_size = 4096\noptimizer.lr = { schedule = \"cosine\", peak = 0.1 }",
     "data.batch_size = 4096\noptimizer.lr = { schedule = \"cosine\", peak = 0.1 }\nlr_scaling = "
     "{}",
     "is 0.1 for batches of 4096"},
    {"rate-not-scaled", "data.batch_size = 256\noptimizer = { lr = 1.0, momentum = 0.9 }",
     "data.batch_size = 256\noptimizer = { lr = 1.0, momentum = 0 }", "momentum 0.9"},
    {"rate-not-scaled",
     "data.batch_size = 256\n"
     R"(optimizer = { lr = 0.05, momentum = { schedule = "linear", peak = 0.0, final = 0.5 } })",
     "data.batch_size = 256\n"
     R"(optimizer = { lr = 0.05, momentum = { schedule = "linear", peak = 0.0, final = 0.9 } })",
     "rule gives 0.5"},
    {"rate-not-scaled", "data.batch_size = 4096\noptimizer.lr = 0.1",
     "data.batch_per_rank = 4096\noptimizer.lr = 0.1", "batches of 4096"},
    {"probe-of-other-statistics", kProbe,
     R"(pretrained = { from = "weights", head = "probe", norm_eval = true })", "norm_eval = true"},
    {"probe-of-other-statistics", kProbe, "model.kind = \"convnext\"\n" + kProbe, ""},
    {"probe-of-other-statistics", "freeze.stages = 3\n" + kProbe, "freeze.stages = 4\n" + kProbe,
     ""},
    {"probe-of-other-statistics", "freeze = { stages = 4, epochs = 9 }\n" + kProbe,
     "freeze = { stages = 4, epochs = 10 }\n" + kProbe, ""},
    {"probe-of-other-statistics", "data.size = 224\nfreeze.stages = 3\n" + kProbe,
     "data.size = 224\nfreeze.stages = 4\n" + kProbe, ""},
    {"probe-of-other-statistics", "data.size = 224\nmodel.depth = 50\nfreeze.stages = 4\n" + kProbe,
     "data.size = 224\nmodel.depth = 50\nfreeze.stages = 5\n" + kProbe, ""},
    {"probe-of-other-statistics", "model.version = \"v2\"\nfreeze.stages = 4\n" + kProbe,
     "model.version = \"v1\"\nfreeze.stages = 4\n" + kProbe, ""},
    {"probe-of-other-statistics", "model.kind = \"efficientnet\"\nfreeze.stages = 8\n" + kProbe,
     "model.kind = \"efficientnet\"\nfreeze.stages = 8\n"
     R"(pretrained = { from = "weights", head = "probe", norm_eval = true })",
     ""},
    {"test-for-tuning", "data.source = \"pictures/test/\"", "data.source = \"pictures\"",
     "a test set is trained on"},
    {"test-for-tuning", R"(data.sources = [{ source = "a" }, { source = "b/test" }])",
     R"(data.sources = [{ source = "a" }, { source = "b/train" }])", "data.sources.1.source"},
    {"test-for-tuning", "data.source = \"pictures/Testing\"", "data.source = \"testimonials\"",
     "a test set is trained on"},
    {"test-for-tuning", "data.source = \"test_images.csv\"", "data.source = \"tester\"",
     "a test set is trained on"},
    {"test-for-tuning", "data.validation = 0", "data.folds = 5\ndata.validation = 0",
     "the test set has the only score"},
};

std::vector<std::string> found_by(const std::string& id, const LintSubject& subject) {
  std::vector<std::string> texts;
  for (const auto& finding : lint_findings(subject))
    if (finding.rule->id == id) texts.push_back(finding.text);
  return texts;
}

std::vector<std::string> found(const Case& one, const std::string& text) {
  const auto recipe = parse(text + "\n", "r.toml");
  return found_by(one.id, LintSubject(recipe, one.has_length ? std::optional(kRun) : std::nullopt));
}

TEST(LintRules, EachHasARecipeThatItSpeaksOfAndOneThatItDoesNot) {
  for (const auto& one : kCases) {
    EXPECT_THAT(found(one, one.with), ElementsAre(HasSubstr(one.says))) << one.id << one.with;
    EXPECT_THAT(found(one, one.without), IsEmpty()) << one.id << one.without;
  }
}

TEST(LintRules, ATeacherShouldNotHaveBeenSmoothed) {
  const auto student = parse("distillation = { from = \"runs/teacher\" }\n", "r.toml");
  const auto smoothed = parse("loss.label_smoothing = { smoothing = 0.1 }\n", "t.toml");
  const auto plain = parse("loss.label_smoothing = { smoothing = 0 }\n", "t.toml");
  EXPECT_THAT(found_by("smoothed-teacher", LintSubject(student, {}, &smoothed)),
              ElementsAre(HasSubstr("train the teacher without it")));
  EXPECT_THAT(found_by("smoothed-teacher", LintSubject(student, {}, &plain)), IsEmpty());
  EXPECT_THAT(found_by("smoothed-teacher", LintSubject(student)), IsEmpty()) << "not known";
  const auto hard =
      parse("distillation = { from = \"runs/teacher\", teaching = \"hard\" }\n", "r.toml");
  EXPECT_THAT(found_by("smoothed-teacher", LintSubject(hard, {}, &smoothed)), IsEmpty());
}

TEST(LintRules, TheDataMayHaveAValidationSetOfItsOwn) {
  const auto recipe = parse("data.validation = 0\n", "r.toml");
  LintSubject subject(recipe);
  for (const std::string id : {"no-validation", "test-for-tuning"}) {
    subject.has_validation = std::nullopt;
    EXPECT_THAT(found_by(id, subject), ElementsAre(HasSubstr("unless the data has"))) << id;
    subject.has_validation = false;
    EXPECT_THAT(found_by(id, subject), ElementsAre(Not(HasSubstr("unless")))) << id;
    subject.has_validation = true;
    EXPECT_THAT(found_by(id, subject), IsEmpty()) << id;
  }
  EXPECT_THAT(lint(subject), IsEmpty());
}

TEST(LintRules, TheBatchMayBeLargerThanTheData) {
  const auto recipe = parse("data.batch_size = 128\n", "r.toml");
  LintSubject subject(recipe);
  subject.images = 100;
  EXPECT_THAT(found_by("no-whole-batch", subject), ElementsAre(HasSubstr("training images, 100")));
  subject.images = 128;
  EXPECT_THAT(found_by("no-whole-batch", subject), IsEmpty());
}

TEST(LintRules, AWarmUpThatDoesNotEndIsNoReasonToScaleTheRate) {
  const auto recipe =
      parse("optimizer.lr = { schedule = \"cosine\", peak = 0.1, warmup = { steps = 100000 } }\n",
            "r.toml");
  EXPECT_THAT(found_by("warm-up-too-long", LintSubject(recipe, kRun)), Not(IsEmpty()));
  EXPECT_THAT(found_by("rate-not-scaled", LintSubject(recipe, kRun)), IsEmpty());
}

TEST(LintRules, TheBatchOfSeveralProcessesIsThatOfAll) {
  auto recipe = parse("data.batch_per_rank = 512\noptimizer.lr = 0.1\n", "r.toml");
  resolve_batch(recipe, 8);
  EXPECT_THAT(found_by("rate-not-scaled", LintSubject(recipe)),
              ElementsAre(HasSubstr("batches of 4096")));
}

TEST(LintRules, AreAllTestedExplainedAndDocumented) {
  std::set<std::string> tested{"smoothed-teacher"};
  for (const auto& one : kCases) tested.insert(one.id);
  std::stringstream page;
  page << std::ifstream(std::filesystem::path(TEMPER_SOURCE_DIR) / "docs" / "lint.md").rdbuf();
  std::set<std::string> ids;
  for (const auto* rule : lint_rules()) {
    const std::string id(rule->id);
    EXPECT_TRUE(ids.insert(id).second) << id << " twice";
    EXPECT_TRUE(tested.contains(id)) << id;
    EXPECT_FALSE(rule->reason.empty()) << id;
    EXPECT_TRUE(rule->severity == Severity::warning || !rule->source.empty()) << id;
    EXPECT_THAT(page.str(), HasSubstr("| `" + id + "` |"));
  }
}

TEST(LintRules, TrainingSaysTheWarningsAlone) {
  const auto recipe = parse("epochs = 400\noptimizer.lr = 0\n", "r.toml");
  EXPECT_THAT(lint(recipe), ElementsAre("optimizer.lr = 0: nothing is learned"));
  EXPECT_THAT(found_by("weak-and-long", LintSubject(recipe)), Not(IsEmpty()));
}

TEST(LintRules, ShippedRecipesGiveNothingToAdvise) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TEMPER_SOURCE_DIR) / "recipes")) {
    if (entry.is_directory()) continue;
    const auto recipe = load(entry.path());
    if (recipe.data.validation == 0) continue;  // as published, with nothing chosen
    for (const auto& finding : lint_findings(LintSubject(recipe, horizon_of(recipe, 100))))
      ADD_FAILURE() << entry.path() << ": " << finding.rule->id << ": " << finding.text;
  }
}

}  // namespace
}  // namespace temper::recipe
