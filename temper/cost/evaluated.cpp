#include "temper/cost/evaluated.h"

#include <algorithm>

#include "temper/train/averaged.h"

namespace temper::cost {
namespace {

bool has_average(const recipe::Recipe& recipe) {
  return !train::averaging_name(recipe).empty();
}

}  // namespace

std::int64_t images_scored(const train::Plan& plan, model::Network& network) {
  const auto& recipe = plan.recipe;
  const auto scored = plan.probe->size() + (plan.validation ? plan.validation->size() : 0);
  auto images = weights_evaluated(recipe) * scored;
  // BatchNorm's statistics of averaged weights are those of training images.
  const bool averaged = has_average(recipe) && recipe.evaluation.weights != recipe::Weights::raw;
  if (averaged && train::wants_statistics(recipe, 0) &&
      network.set_statistics_momentum(std::nullopt)) {
    const auto asked = recipe.evaluation.statistics_images;
    images += asked > 0 ? std::min(asked, plan.train->size()) : plan.train->size();
  }
  return images;
}

std::int64_t images_attacked(const train::Plan& plan) {
  const auto& attack = plan.recipe.evaluation.attack;
  if (!attack) return 0;
  const auto all = plan.validation->size();
  return attack->images > 0 ? std::min(attack->images, all) : all;
}

std::int64_t weights_evaluated(const recipe::Recipe& recipe) {
  return has_average(recipe) && recipe.evaluation.weights == recipe::Weights::both ? 2 : 1;
}

}  // namespace temper::cost
