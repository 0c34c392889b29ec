// Recipes that several processes can't train.
#include <gtest/gtest.h>

#include <string>

#include "temper/core/error.h"
#include "temper/train/data_parallel.h"

namespace temper::train {
namespace {

recipe::Recipe semi(const std::string& text) {
  recipe::Recipe recipe;
  recipe.semi = recipe::Semi{};
  if (text == "mixmatch") recipe.semi->method = semi::MixMatch{};
  if (text == "interpolation") recipe.semi->method = semi::Interpolation{};
  return recipe;
}

TEST(DataParallel, RefusesWhatExchangesImagesAndTooSmallBatches) {
  recipe::Recipe recipe;
  recipe.data.batch = 4;
  EXPECT_NO_THROW(check_data_parallel(recipe, 4));
  EXPECT_THROW(check_data_parallel(recipe, 5), Error);
  EXPECT_NO_THROW(check_data_parallel(semi(""), 2));
  EXPECT_THROW(check_data_parallel(semi("mixmatch"), 2), Error);
  EXPECT_THROW(check_data_parallel(semi("interpolation"), 2), Error);
  auto interleaved = semi("");
  interleaved.semi->batch_norm = recipe::SemiStatistics::interleaved;
  EXPECT_THROW(check_data_parallel(interleaved, 2), Error);
  recipe.mixing = mix::Mixing{.methods = {mix::Mixup{}, mix::ManifoldMixup{.stages = {0}}}};
  EXPECT_NO_THROW(check_data_parallel(recipe, 2)) << "images alone are mixed";
  recipe.mixing->methods.emplace_back(mix::ManifoldMixup{.stages = {0, 2}});
  EXPECT_THROW(check_data_parallel(recipe, 2), Error);
  recipe.mixing->across_ranks = false;
  EXPECT_NO_THROW(check_data_parallel(recipe, 2));
  EXPECT_THROW(check_data_parallel(recipe, 3), Error) << "a process has a single image";
  recipe.mixing = mix::Mixing{.methods = {mix::Mixup{.images = 3}}, .across_ranks = false};
  EXPECT_THROW(check_data_parallel(recipe, 2), Error) << "it needs three";
  recipe.mixing = mix::Mixing{.partner = mix::Partner::similar};
  recipe.adversarial = adversarial::FreeTraining();
  EXPECT_NO_THROW(check_data_parallel(recipe, 2));
}

}  // namespace
}  // namespace temper::train
