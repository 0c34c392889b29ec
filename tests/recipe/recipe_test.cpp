#include "temper/recipe/recipe.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "temper/core/error.h"
#include "temper/recipe/bind.h"
#include "temper/recipe/starter.h"
#include "temper/recipe/write.h"
#include "tests/recipe/options.h"
#include "tests/recipe/random_options.h"

namespace temper::recipe {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

Recipe made(std::string_view text, const std::vector<std::string>& sets = {}) {
  return parse(text, "r.toml", sets);
}

std::string print(std::string_view text, const std::vector<std::string>& sets = {}) {
  return fingerprint(made(text, sets), "data");
}

struct Failure {
  Code code;
  std::string message;
};
Failure failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {Code::internal, "(no error)"};
}
std::string error(std::string_view text, const std::vector<std::string>& sets = {}) {
  const auto [code, message] = failure([&] { made(text, sets); });
  EXPECT_EQ(code, Code::usage);
  return message;
}

TEST(Recipe, ReadsTheDesignsExample) {
  const auto recipe = made(R"(
name = "fashion-mnist"
seed = 1
epochs = 5
precision = "auto"
device = "cpu"
averaging = [{ kind = "ema", decay = 0.998, warmup = "tensorflow" }]
[data]
source = "fashion-mnist"
validation = 0.1
batch_size = 128
limit = 0
num_workers = "auto"
augment = [{ kind = "pad_crop", padding = 2 }, { kind = "flip" }]
[model]
kind = "resnet"
depth = 20
[optimizer]
kind = "sgd"
lr = { schedule = "cosine", peak = 0.4, warmup = { epochs = 1 } }
momentum = 0.9
nesterov = true
weight_decay = 5e-4
[loss]
kind = "cross_entropy"
label_smoothing = { smoothing = 0.1, form = "off_target" }
[checkpoint]
every_steps = 500
keep = 2
)");
  EXPECT_EQ(recipe.device, Device::cpu);
  EXPECT_EQ(std::get<regularize::Ema>(recipe.averaging.at(0)).decay, 0.998);
  EXPECT_EQ(std::get<augment::PadCrop>(recipe.data.augment.at(0)).padding, 2);
  EXPECT_EQ(std::get<schedule::Cosine>(recipe.schedules.at("optimizer.lr")).peak, 0.4);
  EXPECT_TRUE(std::get<loss::CrossEntropy>(recipe.loss).label_smoothing.has_value());
}

TEST(Recipe, RefusesWhatIsWrongWithOneClearMessage) {
  EXPECT_EQ(error("optimiser.lr = 0.1"),
            "r.toml:1:1: unknown key 'optimiser': did you mean 'optimizer'?");
  EXPECT_EQ(error("epochs = -3"), "r.toml:1:10: epochs is -3; expected >= 0");
  EXPECT_THAT(
      error("[optimizer]\nlr = \"fast\""),
      StartsWith(
          "r.toml:2:6: optimizer.lr is the text \"fast\"; expected a number or a schedule table"));
  EXPECT_THAT(error("[optimizer\nlr = 0.1"), StartsWith("r.toml:1:11: not valid TOML: "));
  EXPECT_EQ(error("model.kind = \"resnett\""),
            "r.toml:1:14: unknown model.kind \"resnett\": did you mean 'resnet'?");
  EXPECT_EQ(error("", {"epochs=-3"}), "--set epochs=-3: epochs is -3; expected >= 0");
  EXPECT_EQ(error("lr = 0.1"), "r.toml:1:1: unknown key 'lr': did you mean 'optimizer.lr'?");
  EXPECT_THAT(error("name = \"../elsewhere\""),
              StartsWith("r.toml:1:8: name is \"../elsewhere\"; expected"));
}

TEST(Recipe, HasALengthInEpochsOrInSteps) {
  const auto steps = made("steps = 40");
  EXPECT_EQ(steps.epochs, 0);
  EXPECT_EQ(horizon_of(steps, 7).total_steps, 40);
  EXPECT_EQ(horizon_of(steps, 7).epochs(), 6);
  EXPECT_EQ(horizon_of(made("epochs = 3"), 7).total_steps, 21);
  EXPECT_EQ(fingerprint(made(to_toml(steps)), "d"), fingerprint(steps, "d"));
  EXPECT_NE(fingerprint(made("epochs = 4"), "d"), fingerprint(steps, "d"));
}

TEST(Recipe, HasTheBatchOfAllProcesses) {
  const auto recipe = made("data.batch_per_rank = 8");
  EXPECT_EQ(recipe.data.batch, 8) << "of a process on its own";
  EXPECT_EQ(made(to_toml(recipe)).data.batch, 8);
  auto resolved = recipe;
  resolve_batch(resolved, 4);
  EXPECT_EQ(resolved.data.batch, 32);
  EXPECT_EQ(resolved.data.batch_per_rank, 0);
  EXPECT_EQ(fingerprint(resolved, "d"), fingerprint(made("data.batch_size = 32"), "d"));
  resolve_batch(resolved, 3);
  EXPECT_EQ(resolved.data.batch, 32) << "it says what the batch is";
  auto written = made(to_toml(recipe));
  EXPECT_THAT(failure([&] { resolve_batch(written, 2); }).message, HasSubstr("are both given"));
  auto large = made("data.batch_per_rank = 1000000");
  EXPECT_EQ(failure([&] { resolve_batch(large, 2); }).message,
            "r.toml:1:23: data.batch_per_rank = 1000000 gives 2 processes a batch of 2000000 "
            "images; expected at most 1048576");
}

TEST(Recipe, RefusesAScheduleThatLeavesItsOptionsRange) {
  EXPECT_THAT(
      error("optimizer.lr = { schedule = \"cosine\", peak = 0.1, final = -0.1 }"),
      ::testing::MatchesRegex(
          "r.toml:1:16: optimizer.lr: its schedule gives -.* at step .* of .*; expected >= 0"));
  EXPECT_THAT(error("[optimizer]\nlr = { schedule = \"linear\" }", {"optimizer.lr.final=-0.1"}),
              StartsWith("--set optimizer.lr.final=-0.1: optimizer.lr: its schedule gives -"));
}

TEST(Recipe, RefusesAScheduleOfWhatIsNoNumber) {
  EXPECT_THAT(
      error("[data]\naugment = [{ kind = \"hue\", shift_high = { schedule = \"constant\", value = "
            "0.1, warmup = { epochs = 2, form = \"exponential\", start = -0.05 } } }]"),
      ::testing::HasSubstr("its schedule gives "));
}

TEST(Recipe, RefusesOptionsThatDoNotGoTogether) {
  EXPECT_THAT(error("optimizer = { nesterov = true, momentum = 0 }"),
              StartsWith("r.toml:1:26: optimizer.nesterov"));
}

TEST(Recipe, SaysWhereATechniqueBelongs) {
  EXPECT_EQ(error("mixup = 0.2"),
            "r.toml:1:1: unknown key 'mixup': it is a technique of mixing.methods; see `temper "
            "explain mixup`");
  EXPECT_EQ(error("optimizer = \"sam\""),
            "r.toml:1:13: unknown optimizer.kind \"sam\": it is the key sam; see `temper explain "
            "sam`");
  EXPECT_EQ(error("optimizer = \"label_smoothing\""),
            "r.toml:1:13: unknown optimizer.kind \"label_smoothing\": it is the option "
            "loss.label_smoothing; see `temper explain label_smoothing`");
  EXPECT_EQ(error("sgdr = 1"),
            "r.toml:1:1: unknown key 'sgdr': it is a schedule, for example of optimizer.lr; see "
            "`temper explain sgdr`");
}

TEST(Recipe, ThatCannotBeReadIsAnErrorOfTheDisk) {
  const auto [code, message] = failure([] { load("/nowhere/at/all.toml"); });
  EXPECT_EQ(code, Code::io);
  EXPECT_THAT(message, HasSubstr("/nowhere/at/all.toml"));
  EXPECT_EQ(failure([] { load(fs::temp_directory_path()); }).code, Code::io);
}

TEST(Recipe, IsCalledAsItsFileUnlessItHasAName) {
  EXPECT_EQ(parse("", "some/where/mine.toml").name, "mine");
  EXPECT_EQ(parse("name = \"other\"", "some/where/mine.toml").name, "other");
}

TEST(Recipe, TakesEditsOfAKindFirst) {
  const auto recipe = made("", {"data.augment.0.padding=3", "data.augment.0.kind=pad_crop"});
  EXPECT_EQ(std::get<augment::PadCrop>(recipe.data.augment.at(0)).padding, 3);
}

TEST(Recipe, ReadsBackAsItWasWritten) {
  Random random(1, Purpose::inspect);
  for (int i = 0; i < 300; ++i) {
    Recipe recipe;
    testing::randomise(group(recipe), random, recipe.schedules);
    const auto text = to_toml(recipe);
    Recipe back;
    bind_tree(parse_toml(text, "r.toml"), group(back), back.schedules);
    ASSERT_THAT(differences(recipe, back), IsEmpty()) << text;
    ASSERT_EQ(to_toml(back), text);
    ASSERT_EQ(fingerprint(back, "d"), fingerprint(recipe, "d"));
    ASSERT_EQ(back.schedules.size(), recipe.schedules.size());
  }
}

TEST(Recipe, OptionsOfEveryShapeReadBackAsTheyWereWritten) {
  Random random(2, Purpose::inspect);
  for (int i = 0; i < 300; ++i) {
    testing::Options options;
    Schedules schedules;
    testing::randomise(group(options), random, schedules);
    testing::Options back;
    Schedules schedules_back;
    for (const auto& fact : facts(group(options), schedules, group(back)))
      ASSERT_FALSE(fact.value.empty()) << fact.path;
    back = {};
    bind_tree(parse_toml(document(group(options), schedules), "r.toml"), group(back),
              schedules_back);
    testing::Options scratch;
    const auto left = facts(group(options), schedules, group(scratch));
    scratch = {};
    ASSERT_THAT(differences(left, facts(group(back), schedules_back, group(scratch))), IsEmpty());
  }
}

TEST(Recipe, ResolvedKeepsWithinAHundredColumnsWhereItCan) {
  for (const auto& source : {"fashion-mnist", "pictures"}) {
    std::istringstream lines(starter(source));
    for (std::string line; std::getline(lines, line);) {
      const bool explained = line.find('#') != std::string::npos && line.front() != '#';
      EXPECT_LE(explained ? line.size() : 0, 100U) << line;
    }
  }
}

TEST(Fingerprint, HoldsWhatChangesResultsAndNothingElse) {
  const auto plain = print("");
  EXPECT_EQ(plain.size(), 32U);
  for (const auto* same : {"name=x",
                           "log.every_steps=3",
                           "log.norms_every=7",
                           "checkpoint.every_steps=9",
                           "checkpoint.keep=9",
                           "checkpoint.best=validation_loss",
                           "threads=2",
                           "device=cpu",
                           "data.num_workers=4",
                           "data.source=elsewhere",
                           "optimizer.lr=0.1",
                           "model.kind=resnet",
                           "averaging=[]",
                           "seed=1",
                           "data.memory=9",
                           "data.hash_contents=true",
                           "data.on_bad_image=skip",
                           "data.read_timeout=3",
                           "data.sampling=shuffle",
                           "data.decode=exact"})
    EXPECT_EQ(print("", {same}), plain) << same;
  for (const auto* other : {"seed=2",
                            "epochs=11",
                            "precision=fp32",
                            "data.batch_size=64",
                            "guard.nan=skip",
                            "data.limit=10",
                            "data.size=32",
                            "data.validation=0",
                            "data.folds=5",
                            "data.labelled=0.1",
                            "data.label_noise=0.2",
                            "data.sampling=repeated",
                            "data.sampling=class_balanced",
                            "data.decode=fast",
                            "data.exif_orientation=true",
                            "data.sources=[{ source = \"a\", weight = 2 }]",
                            "data.augment=[\"flip\"]",
                            "averaging=[\"ema\"]",
                            "optimizer.lr=0.2",
                            "optimizer.lr={ schedule = \"cosine\" }",
                            "model.depth=32",
                            "loss.label_smoothing=true"})
    EXPECT_NE(print("", {other}), plain) << other;
}

TEST(Fingerprint, TellsDataApart) {
  EXPECT_NE(fingerprint({}, "a"), fingerprint({}, "b"));
}

TEST(Fingerprint, TellsOrderAndKindsOfOperationsApart) {
  EXPECT_NE(print("data.augment = [\"flip\", \"pad_crop\"]"),
            print("data.augment = [\"pad_crop\", \"flip\"]"));
  EXPECT_NE(print("data.augment = [\"pad_crop\"]"), print("data.augment = [\"flip\"]"));
}

TEST(Fingerprint, IsMadeOfNothingWhenEveryOptionIsAtItsDefault) {
  for (const auto& fact : facts(Recipe{})) EXPECT_TRUE(fact.is_default) << fact.path;
  const auto on = made("name = \"run\"\naveraging = [\"ema\"]\nloss.label_smoothing = true");
  for (const auto& fact : facts(on))
    EXPECT_EQ(fact.is_default, fact.path != "averaging" && fact.path != "averaging.0.kind" &&
                                   fact.path != "loss.label_smoothing")
        << fact.path;
}

TEST(Facts, AreWrittenAsJson) {
  const auto json = to_json(facts(made("epochs = 3")));
  const auto epochs =
      std::ranges::find_if(json, [](const auto& fact) { return fact.at("key") == "epochs"; });
  ASSERT_NE(epochs, json.end());
  EXPECT_EQ(epochs->at("value"), "3");
  EXPECT_EQ(epochs->at("default"), false);
  EXPECT_EQ(epochs->at("changes_results"), true);
}

TEST(Differences, NameTheKeysThatDiffer) {
  const auto list =
      differences(made("epochs = 3"), made("epochs = 4\nname = \"x\"\ndata.augment = [\"flip\"]"));
  std::vector<std::string> paths;
  for (const auto& d : list) paths.push_back(d.path + (d.changes_results ? "!" : ""));
  EXPECT_THAT(paths, ElementsAre("name", "epochs!", "data.augment!", "data.augment.0.kind!",
                                 "data.augment.0.p!"));
  EXPECT_EQ(list[1].left, "3");
  EXPECT_EQ(list[1].right, "4");
  EXPECT_EQ(list[3].left, "");
}

TEST(ScheduleDriver, WritesTheValueOfEveryStep) {
  auto recipe = made(
      "optimizer.lr = { schedule = \"cosine\", peak = 0.4, warmup = { steps = 2 } }\n"
      "loss.label_smoothing.smoothing = { schedule = \"constant\", value = 0.2, "
      "warmup = { epochs = 1 } }");
  const ScheduleDriver driver(recipe, {10, 42});
  const auto lr = [&] { return std::get<optim::Sgd>(recipe.optimizer).lr; };
  const auto alpha = [&] {
    return std::get<loss::CrossEntropy>(recipe.loss).label_smoothing->alpha;
  };
  driver.apply(1);
  EXPECT_DOUBLE_EQ(lr(), 0.2);
  EXPECT_DOUBLE_EQ(alpha(), 0.02);
  driver.apply(22);
  EXPECT_DOUBLE_EQ(lr(), 0.2) << "halfway through the cosine";
  EXPECT_DOUBLE_EQ(alpha(), 0.2);
  driver.apply(1);
  EXPECT_DOUBLE_EQ(lr(), 0.2) << "a function of the step alone";
}

double rate(const Recipe& recipe) {
  return std::visit([](const auto& optimizer) { return optimizer.lr; }, recipe.optimizer);
}

TEST(ScheduleDriver, WritesWhatAPlateauRemembers) {
  auto recipe = made("optimizer.lr = { schedule = \"plateau\", peak = 0.4, factor = 0.5 }");
  const ScheduleDriver driver(recipe, {10, 100});
  driver.apply(50);
  EXPECT_DOUBLE_EQ(rate(recipe), 0.4);
  driver.apply(50, {{"optimizer.lr", {.reductions = 2}}});
  EXPECT_DOUBLE_EQ(rate(recipe), 0.1);
  driver.apply(50, {{"optimizer.momentum", {.reductions = 2}}});
  EXPECT_DOUBLE_EQ(rate(recipe), 0.4) << "the state of another option's plateau";
}

TEST(LrScaling, MultipliesEveryRateOnceAndLeavesTheRecipeAsItWas) {
  const std::string text =
      "data.batch_size = 1024\nlr_scaling = { rule = \"linear\", reference_batch = 256 }\n";
  for (const std::string lr : {"0.1", "{ schedule = \"linear\", peak = 0.1, final = 0.1 }"}) {
    const auto read = made(fmt::format("{}optimizer.lr = {}", text, lr));
    auto recipe = read;
    const ScheduleDriver driver(recipe, {10, 100});
    for (const std::int64_t step : {0, 0, 1, 99}) {
      driver.apply(step);
      EXPECT_DOUBLE_EQ(rate(recipe), 0.4) << lr;
    }
    EXPECT_THAT(to_toml(read), HasSubstr("0.1"));
    auto again = made(to_toml(read));
    ScheduleDriver(again, {10, 100}).apply(0);
    EXPECT_EQ(rate(again), rate(recipe)) << "the resolved recipe gives the same bits";
  }
}

TEST(LrScaling, GrowsWithTheRootWhereItIsToldTo) {
  auto recipe = made("data.batch_size = 1024\nlr_scaling = { rule = \"square_root\" }");
  ScheduleDriver(recipe, {10, 100}).apply(0);
  EXPECT_DOUBLE_EQ(rate(recipe), 0.2);
  auto parts = made("data = { batch_size = 1024, micro_batches = 4 }\nlr_scaling = true");
  ScheduleDriver(parts, {10, 100}).apply(0);
  EXPECT_DOUBLE_EQ(rate(parts), 0.4) << "the micro-batches count as one batch";
}

TEST(LrScaling, ReachesTheRateOfMuonsRestAlike) {
  auto recipe = made(
      "data.batch_size = 512\nlr_scaling = true\n"
      "optimizer = { kind = \"muon\", lr = 0.02, rest = { kind = \"adamw\", lr = 0.001 } }");
  const ScheduleDriver driver(recipe, {10, 100});
  driver.apply(0);
  driver.apply(1);
  const auto& muon = std::get<optim::Muon>(recipe.optimizer);
  EXPECT_DOUBLE_EQ(muon.lr, 0.04);
  EXPECT_DOUBLE_EQ(std::get<optim::AdamW>(muon.rest).lr, 0.002);
}

TEST(LrScaling, IsInTheRateThatDecayFollows) {
  auto recipe = made(
      "data.batch_size = 512\nlr_scaling = true\n[optimizer]\nkind = \"adamw\"\n"
      "weight_decay = 0.1\ndecay_scale = \"schedule\"\nlr = { schedule = \"cosine\", peak = 0.3 }");
  resolve(recipe, {10, 100});
  EXPECT_DOUBLE_EQ(std::get<optim::AdamW>(recipe.optimizer).base_lr, 0.6);
  const auto text = to_toml(recipe);
  resolve(recipe, {10, 100});
  EXPECT_EQ(to_toml(recipe), text) << "resolving again changes nothing";
}

TEST(LrScaling, IsInTheRangeThatIsChecked) {
  EXPECT_THAT(error("optimizer.lr = 1e308\nlr_scaling = { reference_batch = 1 }"),
              StartsWith("r.toml:1:16: optimizer.lr: its value is inf, including lr_scaling's "
                         "factor of 128; expected >= 0"));
}

TEST(Freeze, IsAFunctionOfTheStep) {
  auto recipe = made("freeze = { stages = 3, epochs = 2 }");
  const ScheduleDriver driver(recipe, {10, 100});
  EXPECT_EQ(driver.frozen_stages(0), 3);
  EXPECT_EQ(driver.frozen_stages(19), 3);
  EXPECT_EQ(driver.frozen_stages(20), 0);
  auto whole = made("freeze = true");
  EXPECT_EQ(ScheduleDriver(whole, {10, 100}).frozen_stages(99), 1);
  auto none = made("");
  EXPECT_EQ(ScheduleDriver(none, {10, 100}).frozen_stages(0), 0);
}

TEST(ScheduleDriver, ChecksTheWholeTrajectory) {
  auto recipe = made("");
  recipe.schedules["optimizer.momentum"] = schedule::Constant{.value = 1.5, .warmup = {.steps = 3}};
  EXPECT_EQ(failure([&] { check_schedules(recipe, {10, 100}); }).message,
            "r.toml: optimizer.momentum: its schedule gives 1 at step 2 of 100; expected [0, 1)");
  recipe.schedules = {{"optimizer.speed", schedule::Constant{}}};
  EXPECT_THAT(failure([&] { check_schedules(recipe, {10, 100}); }).message,
              HasSubstr("optimizer.speed"));
}

TEST(Recipe, OperationsMayHoldOthers) {
  const auto recipe = made(
      R"(data.augment = ["flip", { kind = "random_apply", p = 0.25, operations = ["pad_crop"] }])",
      {"data.augment.1.operations.0.padding=2", "data.augment.1.operations.1.kind=random_apply",
       "data.augment.1.operations.1.operations.0.p={ schedule = \"linear\", final = 0.5 }"});
  const auto& outer = std::get<augment::RandomApply>(recipe.data.augment.at(1));
  EXPECT_EQ(outer.p, 0.25);
  ASSERT_EQ(outer.operations.size(), 2U);
  EXPECT_EQ(std::get<augment::PadCrop>(outer.operations[0]).padding, 2);
  const auto& inner = std::get<augment::RandomApply>(outer.operations[1]);
  ASSERT_EQ(inner.operations.size(), 1U) << "a flip is its default";
  EXPECT_TRUE(std::holds_alternative<augment::Flip>(inner.operations[0]));
  EXPECT_TRUE(recipe.schedules.contains("data.augment.1.operations.1.operations.0.p"));

  const auto text = to_toml(recipe);
  EXPECT_THAT(text, HasSubstr("operations = [{ kind = \"pad_crop\", padding = 2"));
  EXPECT_THAT(differences(recipe, made(text)), IsEmpty());
  EXPECT_EQ(fingerprint(made(text), "d"), fingerprint(recipe, "d"));
  auto other = recipe;
  std::get<augment::PadCrop>(std::get<augment::RandomApply>(other.data.augment[1]).operations[0])
      .padding = 3;
  EXPECT_NE(fingerprint(other, "d"), fingerprint(recipe, "d"));
}

TEST(Recipe, NumbersInListsMayHaveSchedules) {
  const auto recipe = made(
      R"(data.augment = [{ kind = "one_of", operations = ["pad_crop", "flip"], weights = [1, 2] }])",
      {"data.augment.0.weights.1={ schedule = \"linear\", peak = 0, final = 3 }"});
  EXPECT_TRUE(recipe.schedules.contains("data.augment.0.weights.1"));
  EXPECT_NO_THROW(check_schedules(recipe, {10, 100}));
  const auto text = to_toml(recipe);
  EXPECT_THAT(text, HasSubstr("weights = [1.0, { schedule = \"linear\", peak = 0.0, final = 3.0"));
  EXPECT_THAT(differences(recipe, made(text)), IsEmpty());
  auto other = recipe;
  std::get<schedule::Linear>(other.schedules.at("data.augment.0.weights.1")).final_value = -1;
  EXPECT_THAT(failure([&] { check_schedules(other, {10, 100}); }).message,
              HasSubstr("data.augment.0.weights.1: its schedule gives"));
  EXPECT_THAT(error(R"(data.augment = [{ kind = "one_of", weights = [-1] }])"),
              HasSubstr("data.augment.0.weights.0"));
}

TEST(Recipe, TakesPoliciesInTimmsNotation) {
  const auto recipe = made(
      R"(data.augment = ["flip", "rand-m9-mstd0.5-inc1", { kind = "random_apply", operations = ["v0"] }])",
      {"data.augment.3=augmix-m5-w4-d2", "data.augment.1.num_ops=3"});
  const auto& policy = std::get<augment::RandAugment>(recipe.data.augment.at(1));
  EXPECT_EQ(policy.magnitude_std, 0.5);
  EXPECT_EQ(policy.num_ops, 3) << "an edit of the table that the string stands for";
  EXPECT_EQ(std::get<augment::AugMix>(recipe.data.augment.at(3)).width, 4);
  const auto& held = std::get<augment::RandomApply>(recipe.data.augment.at(2)).operations;
  EXPECT_EQ(std::get<augment::AutoAugment>(held.at(0)).policy, augment::AutoAugmentPolicy::v0);

  const auto text = to_toml(recipe);
  EXPECT_THAT(text, HasSubstr("  # rand-m9-n3-mstd0.5-inc1\n  { kind = \"rand_augment\""));
  EXPECT_THAT(text, HasSubstr("  # augmix-m5-w4-d2\n"));
  EXPECT_THAT(differences(recipe, made(text)), IsEmpty());
  EXPECT_EQ(fingerprint(made(text), "d"), fingerprint(recipe, "d"));
  EXPECT_TRUE(std::holds_alternative<augment::AugMix>(
      made(R"(data.augment = ["augmix"])").data.augment.at(0)))
      << "the operation of that name";
}

TEST(Recipe, APolicyThatAScheduleDrivesHasNoString) {
  const auto recipe =
      made(R"(data.augment = ["rand-m9"])",
           {"data.augment.0.magnitude={ schedule = \"linear\", peak = 0, final = 9 }"});
  EXPECT_NO_THROW(check_schedules(recipe, {10, 100}));
  EXPECT_THAT(to_toml(recipe), Not(HasSubstr("# rand-")));
  EXPECT_THAT(differences(recipe, made(to_toml(recipe))), IsEmpty());
}

TEST(Recipe, RefusesTyposInPoliciesWithTheirPlace) {
  EXPECT_EQ(
      error(R"(data.augment = ["rand-m9-imc1"])"),
      "r.toml:1:17: data.augment.0: \"rand-m9-imc1\", character 9: unknown section 'imc1': did "
      "you mean 'inc'?");
  EXPECT_THAT(error(R"(data.augment = ["rand-m15"])"),
              HasSubstr("magnitude = 15, which timm would lower to 10"));
  EXPECT_THAT(error(R"(data.augment = [{ kind = "rand_augment", magnitude = -1 }])"),
              HasSubstr("data.augment.0.magnitude is -1; expected"));
}

TEST(Recipe, NestedListsThatAreEmptyOrTooDeepAreRefusedWithTheirPlace) {
  EXPECT_EQ(error(R"(data.augment = [{ kind = "random_apply", operations = [] }])"),
            "r.toml:1:55: data.augment.0.operations is empty; expected at least one operation, "
            "such as [\"flip\"]");
  EXPECT_EQ(error(R"(data.augment = [{ kind = "random_apply", operations = ["flop"] }])"),
            "r.toml:1:56: unknown data.augment.0.operations.0.kind \"flop\": did you mean 'flip'?");
  std::string nested = "\"flip\"";
  for (int depth = 0; depth < augment::kMaxNesting; ++depth)
    nested = fmt::format("{{ kind = \"random_apply\", operations = [{}] }}", nested);
  EXPECT_THAT(error(fmt::format("data.augment = [{}]", nested)),
              HasSubstr("operations is a list within 8 others; expected at most 7"));
}

TEST(Schedules, ReachTheNumbersOfOperationsAndTheSizeOfImages) {
  const auto recipe = made(R"(data.augment = ["pad_crop", { kind = "flip" }])",
                           {"data.augment.1.p={ schedule = \"linear\", peak = 0, final = 0.5 }",
                            "data.augment.1.p.final=0.75",
                            "data.train_size={ schedule = \"linear\", peak = 16, final = 28 }"});
  const auto& flip = std::get<schedule::Linear>(recipe.schedules.at("data.augment.1.p"));
  EXPECT_EQ(flip.final_value, 0.75);
  const auto text = to_toml(recipe);
  EXPECT_THAT(text, HasSubstr("p = { schedule = \"linear\", peak = 0.0, final = 0.75"));
  EXPECT_THAT(text, HasSubstr("train_size = { schedule = \"linear\", peak = 16.0, final = 28.0"));
  EXPECT_THAT(differences(recipe, made(text)), IsEmpty());
  EXPECT_EQ(fingerprint(made(text), "d"), fingerprint(recipe, "d"));
  auto other = recipe;
  std::get<schedule::Linear>(other.schedules.at("data.augment.1.p")).peak = 0.1;
  EXPECT_NE(fingerprint(other, "d"), fingerprint(recipe, "d"));
  EXPECT_NO_THROW(check_schedules(recipe, {10, 100}));
  std::get<schedule::Linear>(other.schedules.at("data.augment.1.p")).peak = 1.5;
  EXPECT_THAT(failure([&] { check_schedules(other, {10, 100}); }).message,
              HasSubstr("data.augment.1.p: its schedule gives 1.5 at step 0 of 100; expected"));
}

TEST(Lint, SaysWhatIsHardlyMeant) {
  EXPECT_THAT(lint(made("")), IsEmpty());
  EXPECT_THAT(lint(made("optimizer.lr = 0")), ElementsAre("optimizer.lr = 0: nothing is learned"));
  EXPECT_THAT(lint(made("data = { batch_size = 64, limit = 10 }")),
              ElementsAre(HasSubstr("larger than data.limit")));
  EXPECT_THAT(lint(made("data.validation = 0")),
              ElementsAre(HasSubstr("overfitting can't be measured")));
  const auto long_warmup =
      made("optimizer.lr = { schedule = \"cosine\", warmup = { epochs = 10 } }");
  EXPECT_THAT(lint(long_warmup, {10, 100}),
              ElementsAre(HasSubstr("optimizer.lr.warmup: it does not end within the run")));
  EXPECT_THAT(lint(long_warmup, {10, 101}), IsEmpty());
  EXPECT_THAT(lint(made("averaging = [{ kind = \"ema\", decay = 0.99 }]"), {10, 200}),
              ElementsAre(HasSubstr("initial weights stay")));
  EXPECT_THAT(
      lint(made("averaging = [{ kind = \"ema\", decay = 0.99, warmup = \"timm\" }]"), {10, 200}),
      IsEmpty());
  const auto patient = made("optimizer.lr = { schedule = \"plateau\", patience = 8 }");
  EXPECT_THAT(lint(patient, {10, 100}), ElementsAre(HasSubstr("no reduction can happen")));
  EXPECT_THAT(lint(patient, {10, 110}), IsEmpty());
}

TEST(Starter, IsAGoodRecipeForItsSource) {
  for (const std::string source : {"fashion-mnist", "some/pictures \"of\" cats/"}) {
    const auto recipe = parse(starter(source), "starter.toml");
    EXPECT_EQ(recipe.data.source, source);
    EXPECT_THAT(lint(recipe, {100, 100 * recipe.epochs}), IsEmpty());
  }
  EXPECT_EQ(parse(starter("some/pictures/"), "starter.toml").name, "pictures");
}

TEST(ShippedRecipes, AreGoodRecipes) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(TEMPER_SOURCE_DIR) / "recipes")) {
    if (entry.is_directory()) continue;
    const auto recipe = load(entry.path());
    EXPECT_EQ(recipe.name, entry.path().stem().string()) << "the file's name is the run's";
    if (recipe.data.validation > 0) {  // others keep no images back, as published
      EXPECT_THAT(lint(recipe, horizon_of(recipe, 100)), IsEmpty()) << entry.path();
    }
    ++count;
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace temper::recipe
