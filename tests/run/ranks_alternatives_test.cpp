// Every alternative of every variant in two processes, as threads of this one: a run that is
// stopped and goes on gives the bytes of one that is not stopped, or the recipe is refused with the
// reason.
#include <ATen/TensorOperators.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/square.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/values.h"
#include "temper/recipe/describe.h"
#include "temper/run/run.h"
#include "temper/semi/method.h"
#include "tests/run/same_run.h"
#include "tests/support/directory.h"
#include "tests/support/everything.h"
#include "tests/support/ranks_of_threads.h"
#include "tests/train/edit_of.h"
#include "tests/train/fixed_network.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A run of a small recipe with these edits. It has 3 steps in each of 2 epochs, unless they say
/// otherwise.
struct Case {
  std::vector<std::string> sets;
  std::int64_t stop_at = 4;
  bool valued = false;  ///< on regression targets

  [[nodiscard]] std::string name() const { return fmt::format("{}", fmt::join(sets, "  ")); }
};

recipe::Recipe recipe_of(const Case& one) {
  std::vector<std::string> sets{"epochs=2", "data.batch_size=16", "precision=fp32",
                                "checkpoint.every_steps=0", "checkpoint.keep=1"};
  sets.insert(sets.end(), one.sets.begin(), one.sets.end());
  auto made = train::small::recipe(sets);
  if (auto* custom = std::get_if<loss::Custom>(&made.loss))
    custom->function = [](const at::Tensor& logits, const at::Tensor& targets) {
      return (logits - targets).square().mean();
    };
  if (auto* custom = std::get_if<model::Custom>(&made.model))
    custom->function = [](const model::Task& task, std::uint64_t /*seed*/) {
      return std::make_unique<train::small::FixedNetwork>(task);
    };
  for (auto& operation : made.data.augment)
    if (auto* custom = std::get_if<augment::Custom>(&operation))
      custom->function = [](io::Image& image, Random& random) {
        for (auto& pixel : image.pixels)
          pixel = static_cast<std::uint8_t>(pixel / 2 + random.below(100));
      };
  return made;
}

/// Gray pictures, whose target is their brightness.
data::Dataset valued() {
  data::ArraySource::Contents contents{.name = "gray", .height = 12, .width = 12, .channels = 1};
  Random random(1, Purpose::inspect);
  std::vector<double> values;
  for (int i = 0; i < 64; ++i) {
    const auto level = random.below(200);
    contents.labels.push_back(-1);
    for (int k = 0; k < 144; ++k)
      contents.pixels.push_back(static_cast<std::uint8_t>(level + random.below(56)));
    values.push_back(static_cast<double>(level));
  }
  return {.train = std::make_shared<data::RegressionSource>(
              std::make_shared<data::ArraySource>(std::move(contents)),
              std::vector<std::string>{"bright"}, std::move(values)),
          .height = 12,
          .width = 12};
}

data::Dataset data_of(const Case& one) {
  if (one.valued) return valued();
  auto data = train::small::dataset(64);
  data.test = train::small::dataset(10, /*seed=*/2).train;
  return data;
}

bool is_refused(const Case& one) {
  try {
    (void)train::plan(recipe_of(one), data_of(one));
    return false;
  } catch (const Error&) {
    return true;
  }
}

/// Every alternative of the recipe's fields, including those added in future.
/// @param other  a finished run: a teacher, and weights to start from
std::vector<Case> cases(const fs::path& other) {
  const auto from = [&](const char* option) {
    return fmt::format("{}=\"{}\"", option, other.string());
  };
  std::vector<Case> all;
  std::size_t schedules = 0;
  for (const auto& technique : recipe::catalogue()) {
    const auto edit = train::small::edit_of(technique);
    if (edit.empty()) continue;
    Case one{.sets = {edit}};
    const auto add = [&](const std::vector<std::string>& sets) {
      one.sets.insert(one.sets.end(), sets.begin(), sets.end());
    };
    if (edit.starts_with("distillation")) add({from("distillation.from")});
    if (edit.starts_with("pretrained")) add({from("pretrained.from")});
    if (edit.starts_with("semi")) {
      add({"data.labels=16"});
      if (semi::views_of(recipe_of(one).semi->method).strong) add({R"(semi.augment=["flip"])"});
    }
    // The default lengths of schedules are for long runs, here with a step per epoch. Their values
    // are functions of the step, but for those that follow scores.
    if (technique.category == "schedule") {
      const bool in_sample = schedules++ % 5 == 0 || technique.name == "plateau";
      if (!in_sample && !temper::testing::everything()) continue;
      add({"epochs=90", "data.limit=16", "averaging=[]",
           R"(model={ kind = "custom", name = "mine" })"});
      one.stop_at = 45;
    }
    all.push_back(one);
    if (technique.category != "loss") continue;
    one.sets.emplace_back("optimizer.lr=0.02");
    one.valued = true;
    if (!is_refused(one)) all.push_back(std::move(one));
  }
  all.push_back(
      {.sets = {"epochs=4", "early_stopping={ patience = 1, minimum_improvement = 100 }"}});
  all.push_back({.sets = {from("pretrained.from"), R"(pretrained.head="probe")"}});
  all.push_back({.sets = {R"(loss={ kind = "mse" })", "optimizer.lr=0.02",
                          R"(mixing={ methods = ["mixup"], partner = "similar" })"},
                 .valued = true});
  return all;
}

/// What each of the processes does for a case.
/// @return whether it is refused
bool try_case(const Case& one, const fs::path& folder,
              const std::shared_ptr<distributed::Group>& group) {
  const auto recipe = recipe_of(one);
  const auto data = data_of(one);
  std::optional<train::Plan> plan;
  try {
    plan = train::plan(recipe, data, group);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage) << error.what();
    EXPECT_THAT(error.message(), HasSubstr("2 processes"));
    EXPECT_FALSE(error.where().option.empty()) << error.what();
    if (group->leads()) {
      EXPECT_FALSE(is_refused(one)) << "also by one process: " << error.what();
    }
    return true;
  }
  const auto train_in = [&](const char* name, std::optional<std::int64_t> stop_at) {
    run(*plan, {.directory = group->leads() ? folder / name : fs::path(), .stop_at = stop_at});
  };
  train_in("whole", {});
  train_in("stopped", one.stop_at);
  train_in("stopped", {});
  if (!group->leads()) return false;
  EXPECT_EQ(tensor_files(folder / "whole"), tensor_files(folder / "stopped"));
  EXPECT_EQ(history(folder / "whole"), history(folder / "stopped"));
  for (const auto* name : {"whole", "stopped"}) fs::remove_all(folder / name);
  return false;
}

TEST(AlternativesInRanks, GoOnExactlyOrAreRefusedWithTheReason) {
  const testing::Directory folder(testing::place_of_many_runs());
  const auto other = folder.path / "other";
  run(train::plan(recipe_of({}), data_of({})), {.directory = other});
  const auto all = cases(other);
  EXPECT_GE(all.size(), 100U);
  std::vector<std::string> refused;  // by rank 0
  test::in_ranks(2, [&](distributed::Group& group) {
    const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
    for (const auto& one : all) {
      SCOPED_TRACE(one.name());
      try {
        if (try_case(one, folder.path, shared) && group.leads()) refused.push_back(one.name());
      } catch (const Error& error) {
        throw Error(error.code(), fmt::format("{}: {}", one.name(), error.what()));
      }
    }
  });
  RecordProperty("alternatives", static_cast<int>(all.size()));
  RecordProperty("refused", fmt::format("{}", fmt::join(refused, "; ")));
  EXPECT_FALSE(refused.empty());
}

}  // namespace
}  // namespace temper::run
