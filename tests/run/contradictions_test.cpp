// What `temper recipe check` refuses without the data, a run refuses with it.
#include "temper/recipe/contradictions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/data/loader/loader.h"
#include "temper/train/begin.h"
#include "temper/train/plan.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using Sets = std::vector<std::string>;

/// What a run refuses before its first step.
std::string of_run(const recipe::Recipe& recipe) {
  return testing::refusal([&] {
    const auto plan = train::plan(recipe, train::small::dataset(64));
    (void)data::pipelines_of(plan.training);
    (void)train::begin(plan);
  });
}

std::string of_check(const recipe::Recipe& recipe) {
  return testing::refusal([&] { recipe::check_without_data(recipe); });
}

TEST(Contradictions, AreRefusedByARunToo) {
  const std::string manifold = R"(mixing.methods=["manifold_mixup"])";
  const std::string semi = "semi.method=mean_teacher";
  const std::vector<Sets> contradictory{
      {"data.labels=16", "data.labelled=0.5"},
      {"data.mean=[0.5]"},
      {"data.train_size=0.5"},
      {R"(data.augment=[{ kind = "rand_augment", dialect = "torchvision", magnitude = 31 }])"},
      {"consistency.first_view=3"},
      {R"(loss={ kind = "focal", alpha = 0.25 })"},
      {R"(loss={ kind = "cross_entropy", weight = [0, 0] })"},
      {"mixing=true", R"(loss={ kind = "mse", true_weight = 2 })"},
      {"mixing.methods=[]"},
      {R"(mixing.methods=[{ kind = "mixup", images = 9 }])"},
      {manifold, "data.micro_batches=2"},
      {manifold, "adversarial=pgd"},
      {manifold, "consistency=true"},
      {manifold, "distillation.from=teacher"},
      {manifold, semi, "data.labels=16"},
      {R"(mixing.methods=[{ kind = "manifold_mixup", stages = [4] }])"},
      {"adversarial={ kind = \"pgd\", radius = 8 }"},
      {"adversarial=pgd", "consistency=true"},
      {"adversarial=pgd", "distillation.from=teacher"},
      {"adversarial=free", R"(data.train_size={ schedule = "linear", peak = 8, final = 12 })"},
      {semi, "data.labels=16", "sam=true"},
      {semi, "data.labels=16", "consistency=true"},
      {semi, "data.labels=16", "adversarial=pgd"},
      {semi, "data.labels=16", "loss=bce"},
      {semi, "data.labels=16", R"(semi.augment=["flip"])"},
      {"semi.method=fixmatch", "data.labels=16"},
      {"semi.method=mixmatch", "data.labels=16", "mixing=true"},
      {semi, "data.labels=16", "semi.batch_norm=interleaved", "data.micro_batches=2"},
      {"pretrained=true"},
      {"distillation=true"},
      {"model.depth=19"},
      {"freeze.stages=9"},
      {"model.shake_drop=true", "model.stochastic_depth=true"},
      {R"(optimizer.lr={ schedule = "multi_step", milestones = [1, 3] })"},
      {"epochs=2000000000"},
  };
  for (const auto& sets : contradictory) {
    const auto recipe = train::small::recipe(sets);
    EXPECT_NE(of_check(recipe), "(not refused)") << fmt::format("{}", fmt::join(sets, " "));
    EXPECT_NE(of_run(recipe), "(not refused)") << fmt::format("{}", fmt::join(sets, " "));
  }
}

TEST(Contradictions, ThatNeedTheDataAreLeftToTheRun) {
  const std::vector<Sets> of_data{
      {R"(loss={ kind = "cross_entropy", weight = [1, 2, 3] })"},
      {"data.mean=[0.5, 0.5, 0.5]", "data.std=[1, 1, 1]"},
      {"data.batch_size=1000"},
      {"data.validation=0", "early_stopping=true"},
      {"data.labels=60"},
      {R"(adversarial={ kind = "pgd", norm = "l2", radius = 20 })"},
  };
  for (const auto& sets : of_data) {
    const auto recipe = train::small::recipe(sets);
    EXPECT_EQ(of_check(recipe), "(not refused)") << fmt::format("{}", fmt::join(sets, " "));
    EXPECT_NE(of_run(recipe), "(not refused)") << fmt::format("{}", fmt::join(sets, " "));
  }
}

}  // namespace
}  // namespace temper::run
