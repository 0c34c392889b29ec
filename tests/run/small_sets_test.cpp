// Whole runs with the recipe that is chosen for very small sets.
#include <gtest/gtest.h>

#include "temper/run/run.h"
#include "temper/train/choose.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

TEST(SmallSets, AreTrainedOnWithTheChosenRecipe) {
  const train::small::Directory folder;
  for (const std::int64_t images : {1, 2, 3, 4, 9, 17}) {
    SCOPED_TRACE(images);
    const auto data = train::small::dataset(images);
    const auto choice = recipe::choose(train::recipe_facts(data, "pictures", recipe::Device::cpu));
    const auto plan = train::plan(
        recipe::parse(choice.recipe, "chosen", {"device=cpu", "threads=1", "epochs=3"}), data);
    const auto outcome = run(plan, {.directory = folder.path / std::to_string(images)});
    EXPECT_TRUE(outcome.finished);
    EXPECT_GE(outcome.step, 3);
  }
}

}  // namespace
}  // namespace temper::run
