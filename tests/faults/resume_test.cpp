// A run that is stopped and resumed in a new process gives the same bytes as one that is not
// stopped, with every technique.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>
#include <string_view>

#include "temper/core/random.h"
#include "temper/io/disk/read_file.h"
#include "temper/recipe/describe.h"
#include "temper/semi/method.h"
#include "tests/faults/process.h"
#include "tests/support/options.h"
#include "tests/train/edit_of.h"

namespace temper::faults {
namespace {

constexpr std::string_view kCustomNetwork = R"(model={ kind = "custom", name = "mine" })";

/// Every alternative of the recipe's fields, including those added in future.
std::vector<std::string> alternatives() {
  std::vector<std::string> edits;
  for (const auto& technique : recipe::catalogue())
    // A teacher and pretrained weights are other runs, which have tests of their own, and so have
    // images without a label.
    if (auto edit = train::small::edit_of(technique);
        !edit.empty() && !edit.starts_with("distillation") && !edit.starts_with("pretrained") &&
        !edit.starts_with("semi"))
      edits.push_back(std::move(edit));
  // Schedules of options of the loader.
  edits.emplace_back("data.train_size={ schedule = \"linear\", peak = 8, final = 12 }");
  edits.emplace_back("data.augment.1.p={ schedule = \"linear\", peak = 0, final = 1 }");
  return edits;
}

/// The default lengths of schedules are for long runs: these edits make one, with a step per epoch.
constexpr int kLongRun = 90;
bool has_schedule(const std::string& edit) {
  return edit.find("schedule =") != std::string::npos;
}
std::vector<std::string> in_a_run_long_enough(std::vector<std::string> edits) {
  if (std::ranges::any_of(edits, has_schedule)) {
    edits.push_back(fmt::format("epochs={}", kLongRun));
    edits.emplace_back("data.limit=16");
  }
  return edits;
}

void expect_equal_after_a_stop(const TestFolder& folder, const std::vector<std::string>& edits,
                               int stop_at) {
  const auto what = fmt::format("{}", fmt::join(edits, "  "));
  const Job whole{.directory = folder / "whole", .sets = edits};
  std::filesystem::remove_all(whole.directory);
  std::filesystem::remove_all(folder / "stopped");
  const auto ending = run_worker(whole);
  ASSERT_EQ(ending.status, 0) << what << ": " << ending.errors;
  Job stopped{.directory = folder / "stopped", .sets = edits, .stop_at = stop_at};
  EXPECT_EQ(run_worker(stopped).status, 75) << what;
  stopped.stop_at = 0;
  EXPECT_EQ(run_worker(stopped).status, 0) << what;
  EXPECT_EQ(result_of(stopped.directory), result_of(whole.directory)) << what;
}

TEST(Resume, IsExactWithEveryAlternative) {
  const TestFolder folder;
  const auto edits = alternatives();
  EXPECT_GE(edits.size(), 11U);
  RecordProperty("alternatives", static_cast<int>(edits.size()));
  for (const auto& edit : edits) {
    auto all = in_a_run_long_enough({edit});
    // A learning rate can be tested with any network, so one that takes a tenth of the time is
    // used.
    if (has_schedule(edit) && edit.starts_with("optimizer.")) all.emplace_back(kCustomNetwork);
    expect_equal_after_a_stop(folder, all, has_schedule(edit) ? kLongRun / 2 : 5);
  }
}

TEST(Resume, IsExactWithRandomCombinations) {
  const TestFolder folder;
  const auto edits = alternatives();
  Random random(4, Purpose::inspect);
  for (int i = 0; i < (everything() ? 20 : 5); ++i) {
    std::vector<std::string> chosen;
    // One edit per key: a later one replaces an earlier one.
    for (const auto& edit : edits)
      if (random.chance(0.4)) {
        const auto key = edit.substr(0, edit.find('='));
        std::erase_if(chosen, [&](const auto& e) { return e.starts_with(key); });
        std::erase_if(
            chosen, [&](const auto& e) { return key.starts_with(e.substr(0, e.find('=')) + "."); });
        // Stochastic depth and ShakeDrop exclude each other, and so do attacks and several views.
        if (key == "model.shake_drop") std::erase(chosen, "model.stochastic_depth=true");
        if (key == "model.stochastic_depth") std::erase(chosen, "model.shake_drop=true");
        if (key == "adversarial") std::erase(chosen, "consistency=true");
        if (key == "consistency")
          std::erase_if(chosen, [](const auto& e) { return e.starts_with("adversarial="); });
        chosen.push_back(edit);
      }
    // Manifold mixup needs stages of the network, and a pass over the images as they are.
    const auto is_there = [&](std::string_view begin) {
      return std::ranges::any_of(chosen, [&](const auto& e) { return e.starts_with(begin); });
    };
    if (is_there(kCustomNetwork) || is_there("adversarial=") || is_there("consistency="))
      std::erase_if(
          chosen, [](const auto& e) { return e.find("\"manifold_mixup\"") != std::string::npos; });
    // Free adversarial training and the custom network take images of one size.
    if (is_there("adversarial={ kind = \"free\""))
      std::erase_if(chosen, [](const auto& e) { return e.starts_with("data.train_size"); });
    if (std::ranges::find(chosen, kCustomNetwork) != chosen.end())
      std::erase_if(chosen, [](const auto& e) { return e.starts_with("data.train_size"); });
    const int stop_at = 1 + static_cast<int>(random.below(2 * kStepsPerEpoch - 1));
    expect_equal_after_a_stop(folder, in_a_run_long_enough(chosen), stop_at);
  }
}

TEST(Resume, IsExactWithATeacher) {
  const TestFolder folder;
  ASSERT_EQ(run_worker({.directory = folder / "teacher"}).status, 0);
  for (const char* form : {"soft", "hard"})
    expect_equal_after_a_stop(
        folder,
        {fmt::format(R"(distillation={{ from = "{}", teaching = "{}" }})", folder / "teacher",
                     form),
         R"(loss.label_smoothing={ form = "unigram" })", "data.micro_batches=2"},
        5);
}

TEST(Resume, IsExactWithUnlabeledImages) {
  const TestFolder folder;
  std::vector<std::string> methods{
      R"(semi={ method = "pseudo_label", include_labelled = false })",
      R"(semi={ method = { kind = "fixmatch", threshold = 0.4 }, augment = ["flip"] })",
      R"(semi={ method = { kind = "mean_teacher", ema_decay = 0.9 }, batch_norm = "labelled" })",
      R"(semi={ method = "interpolation", batch_norm = "separate" })"};
  for (const auto kind : testing::kinds<semi::Method>()) {
    const bool strong = semi::views_of(testing::alternative<semi::Method>(kind)).strong;
    methods.push_back(fmt::format(R"(semi={{ method = "{}", batch_norm = "all"{} }})", kind,
                                  strong ? R"(, augment = ["flip"])" : ""));
  }
  for (const auto& method : methods)
    expect_equal_after_a_stop(folder,
                              {"data.labels=6", "data.batch_size=8", method, "data.micro_batches=2",
                               R"(model.dropout=[{ kind = "dropout", at = "all", p = 0.2 }])"},
                              5);
}

TEST(Resume, IsExactWithMixedFeatures) {
  const TestFolder folder;
  for (const int step : {1, 4})
    expect_equal_after_a_stop(
        folder,
        {R"(mixing={ methods = ["manifold_mixup", "cutmix"], off_epoch = 1 })", "sam=true",
         R"(model.dropout=[{ kind = "dropout", at = "all", p = 0.2 }])"},
        step);
}

TEST(Resume, IsExactWithAPerturbationThatGoesOn) {
  const TestFolder folder;
  const std::vector<std::string> edits{
      R"(adversarial={ kind = "free", replays = 3 })", "data.micro_batches=2", "mixing=true",
      "sam=true", "data.augment.1.p={ schedule = \"linear\", peak = 0, final = 1 }"};
  for (int step = 1; step < 2 * kStepsPerEpoch; step += everything() ? 1 : 2)
    expect_equal_after_a_stop(folder, edits, step);
}

TEST(Resume, IsExactWhereTheRunEndsEarlyWithItsBestWeights) {
  const TestFolder folder;
  const std::vector<std::string> edits{
      "epochs=8", "early_stopping={ patience = 2, minimum_improvement = 100 }"};
  for (int step = 1; step < 3 * kStepsPerEpoch; step += everything() ? 1 : 3)
    expect_equal_after_a_stop(folder, edits, step);
  const auto whole = result_of(folder / "whole");
  EXPECT_THAT(io::read_text(folder / "whole/metrics.jsonl"),
              ::testing::HasSubstr("\"reason\":\"patience\""));
  // Killed while the best weights replace the last ones.
  for (const std::string file :
       {"/killed/model.safetensors", "/killed/model-ema.safetensors",
        "/killed/predictions.safetensors", "/step-00000004/best.safetensors"}) {
    const Job killed{.directory = folder / "killed", .sets = edits};
    std::filesystem::remove_all(killed.directory);
    ASSERT_EQ(run_worker(killed, "do=kill path=" + file).status, 128 + SIGKILL) << file;
    ASSERT_EQ(run_worker(killed).status, 0) << file;
    EXPECT_EQ(result_of(killed.directory), whole) << file;
  }
}

TEST(Resume, IsExactWithAPlateauThatFallsAndStagesThatThaw) {
  const TestFolder folder;
  const std::vector<std::string> edits{
      "epochs=4",
      "optimizer.lr={ schedule = \"plateau\", factor = 0.5, patience = 0, threshold = 0.99 }",
      "lr_scaling={ reference_batch = 8 }",
      "freeze={ stages = 2, epochs = 2 }",
      "parameters.layer_decay=0.8",
      R"(averaging=[{ kind = "swa", start = 0 }, { kind = "ema", decay = 0.9 }])"};
  for (int step = 1; step < 4 * kStepsPerEpoch; step += everything() ? 1 : 3)
    expect_equal_after_a_stop(folder, edits, step);
}

TEST(Resume, IsExactWithAllThatDraws) {
  const TestFolder folder;
  const std::vector<std::string> common{
      "model.dropout=[{ kind = \"dropout\", at = \"all\", p = 0.2 }, "
      "{ kind = \"gaussian_dropout\", at = \"input\", p = 0.1 }, "
      "{ kind = \"spatial_dropout\", at = \"stage 2\", p = 0.2 }, "
      "{ kind = \"drop_block\", block_size = 2, "
      "p = { schedule = \"linear\", peak = 0, final = 0.2 } }]",
      "gradient_noise={ eta = 0.001 }",
      "data.micro_batches=3",
      "sam=true",
      "optimizer.lr=0.02",
      R"(mixing={ mode = "elem", methods = ["mixup", "cutmix", "resizemix"], off_epoch = 1 })",
      R"(adversarial={ kind = "pgd", mode = "training", steps = 2 })"};
  for (const std::string depth :
       {"stochastic_depth={ drop_path_rate = 0.8, dropped = \"freeze\" }",
        "stochastic_depth={ drop_path_rate = 0.8, dropped = \"decay\" }",
        "stochastic_depth={ mode = \"sample\", scaling = \"inverted\", "
        "drop_path_rate = { schedule = \"linear\", peak = 0, final = 0.5 } }",
        "shake_drop={ level = \"pixel\" }"}) {
    auto edits = common;
    edits.push_back("model." + depth);
    for (const int step : {1, 3}) expect_equal_after_a_stop(folder, edits, step);
  }
}

TEST(Resume, IsExactAtEveryStepAlsoAtAnEpochsEnd) {
  const TestFolder folder;
  for (int step = 1; step < 2 * kStepsPerEpoch; ++step) expect_equal_after_a_stop(folder, {}, step);
}

TEST(Resume, IsExactWithOtherLoaderThreads) {
  const TestFolder folder;
  Job job{.directory = folder / "whole"};
  ASSERT_EQ(run_worker(job).status, 0);
  const auto whole = result_of(job.directory);
  job = {.directory = folder / "other", .stop_at = 3};
  ASSERT_EQ(run_worker(job).status, 75);
  job.stop_at = 0;
  job.sets = {"data.num_workers=4"};
  ASSERT_EQ(run_worker(job).status, 0);
  EXPECT_EQ(result_of(job.directory), whole);
}

TEST(Resume, TwentyProcesses) {
  const TestFolder folder;
  const Job whole{.directory = folder / "whole", .sets = {"epochs=5"}};
  ASSERT_EQ(run_worker(whole).status, 0);
  Job job{.directory = folder / "stopped", .sets = whole.sets};
  for (job.stop_at = 1; job.stop_at < 5 * kStepsPerEpoch; ++job.stop_at)
    ASSERT_EQ(run_worker(job).status, 75) << job.stop_at;
  job.stop_at = 0;
  ASSERT_EQ(run_worker(job).status, 0);
  EXPECT_EQ(result_of(job.directory), result_of(whole.directory));
}

TEST(Resume, TwoHundredCyclesInOneProcessHoldNothing) {
  const TestFolder folder;
  const int cycles = everything() ? 200 : 50;
  const auto ending = run_worker({.directory = folder / "cycled",
                                  .sets = {fmt::format("epochs={}", cycles)},
                                  .cycles = cycles});
  ASSERT_EQ(ending.status, 0) << ending.errors;
  std::istringstream counts(ending.output);
  std::array<int, 2> files{};
  std::array<long, 2> kib{};
  counts >> files[0] >> kib[0] >> files[1] >> kib[1];
  EXPECT_EQ(files[0], files[1]) << "open files";
#if !__has_feature(address_sanitizer)  // which keeps freed memory, and looks for leaks itself
  // The memory kept by LibTorch and the allocator is bounded; a leak of one state per cycle would
  // exceed this.
  EXPECT_LT(kib[1] - kib[0], 16 * 1024) << "KiB";
#endif
  int left = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder / "cycled/checkpoints"))
    ++left;
  EXPECT_LE(left, 2) << "checkpoints";
}

TEST(Resume, WorksInADirectoryThatWasMoved) {
  const TestFolder folder;
  const Job whole{.directory = folder / "whole"};
  ASSERT_EQ(run_worker(whole).status, 0);
  ASSERT_EQ(run_worker({.directory = folder / "here", .stop_at = 3}).status, 75);
  std::filesystem::rename(folder / "here", folder / "there");
  ASSERT_EQ(run_worker({.directory = folder / "there"}).status, 0);
  EXPECT_EQ(result_of(folder / "there"), result_of(whole.directory));
}

TEST(Resume, ElsewhereWorksAndSaysThatBitsMayDiffer) {
  const TestFolder folder;
  ASSERT_EQ(run_worker({.directory = folder / "run", .stop_at = 3}).status, 75);
  ASSERT_EQ(run_worker({.directory = folder / "run", .sets = {"threads=2"}}).status, 0);
  EXPECT_THAT(io::read_text(folder / "run/metrics.jsonl"),
              ::testing::HasSubstr("threads: 1 there, 2 now"));
}

TEST(Resume, OfAChangedRecipeIsRefusedFieldByField) {
  const TestFolder folder;
  ASSERT_EQ(run_worker({.directory = folder / "run", .stop_at = 3}).status, 75);
  const auto ending = run_worker(
      {.directory = folder / "run", .sets = {"optimizer.lr=0.3", "log.every_steps=2", "seed=4"}});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.errors, ::testing::HasSubstr("optimizer.lr: 0.1 there, 0.3 now"));
  EXPECT_THAT(ending.errors, ::testing::HasSubstr("seed: 1 there, 4 now"));
  EXPECT_THAT(ending.errors, ::testing::Not(::testing::HasSubstr("log.")));
}

TEST(Resume, OfARunKilledBeforeItsFirstCheckpointIsRefusedToo) {
  const TestFolder folder;
  ASSERT_EQ(run_worker({.directory = folder / "run", .sets = {"checkpoint.every_steps=0"}},
                       "do=kill path=model.safetensors")
                .status,
            128 + SIGKILL);
  EXPECT_EQ(run_worker({.directory = folder / "run", .sets = {"seed=4"}}).status, 2);
}

TEST(Fork, BeginsWithTheOthersWeightsAndGoesOnByItself) {
  const TestFolder folder;
  ASSERT_EQ(run_worker({.directory = folder / "run", .stop_at = 3}).status, 75);
  Job fork{.directory = folder / "fork",
           .sets = {"optimizer.lr=0.01", "averaging=[]"},
           .stop_at = 5,
           .fork_from = folder / "run"};
  ASSERT_EQ(run_worker(fork).status, 75);
  fork.stop_at = 0;
  const auto ending = run_worker(fork);
  ASSERT_EQ(ending.status, 0) << ending.errors;
  EXPECT_THAT(io::read_text(folder / "fork/environment.json"), ::testing::HasSubstr("at step 3"));
  fork.directory = folder / "whole";
  ASSERT_EQ(run_worker(fork).status, 0);
  EXPECT_EQ(result_of(folder / "fork"), result_of(folder / "whole"));
  // The original run is resumed as if there were no fork.
  ASSERT_EQ(run_worker({.directory = folder / "run"}).status, 0);
}

TEST(Lock, RefusesASecondProcessAndNamesTheFirst) {
  const TestFolder folder;
  Worker first({.directory = folder / "run", .pause_at = 2});
  first.await_pause();
  const auto second = run_worker({.directory = folder / "run", .stop_at = 3});
  EXPECT_EQ(second.status, 2);
  EXPECT_THAT(second.errors, ::testing::HasSubstr(fmt::format("process {}", first.pid())));
  first.send(SIGCONT);
  EXPECT_EQ(first.wait().status, 0);
}

TEST(NotFinite, StopsByDefaultAndNamesTheStepTheImagesAndTheParameter) {
  const TestFolder folder;
  const auto ending = run_worker({.directory = folder / "run",
                                  .sets = {R"(loss={ kind = "custom", name = "sometimes nan" })"}});
  EXPECT_EQ(ending.status, 5);
  EXPECT_THAT(ending.errors, ::testing::AllOf(::testing::HasSubstr("at step "),
                                              ::testing::HasSubstr("the gradient of conv1.weight"),
                                              ::testing::HasSubstr("small train, image")));
  EXPECT_THAT(io::read_text(folder / "run/metrics.jsonl"), ::testing::HasSubstr("left_out"));
}

class Guard : public ::testing::TestWithParam<std::string> {};

TEST_P(Guard, GoesOnAndIsExactAfterAStop) {
  const TestFolder folder;
  const std::vector<std::string> edits{R"(loss={ kind = "custom", name = "sometimes nan" })",
                                       "epochs=4", "guard.anchor_every=3",
                                       "guard.nan=" + GetParam()};
  for (int step = 1; step < 4 * kStepsPerEpoch; step += everything() ? 1 : 3)
    expect_equal_after_a_stop(folder, edits, step);
  ASSERT_EQ(run_worker({.directory = folder / "run", .sets = edits}).status, 0);
  EXPECT_THAT(io::read_text(folder / "run/metrics.jsonl"),
              ::testing::HasSubstr("\"action\":\"" + GetParam() + "\""));
}

INSTANTIATE_TEST_SUITE_P(Actions, Guard, ::testing::Values("skip", "rollback"),
                         [](const auto& action) { return action.param; });

}  // namespace
}  // namespace temper::faults
