#include "temper/train/plateaus.h"

#include <limits>

#include "temper/train/averaged.h"

namespace temper::train {
namespace {

using schedule::Plateau;
using schedule::PlateauMeasure;

double score_of(const Evaluated& evaluated, const recipe::Recipe& recipe, PlateauMeasure measure) {
  const auto& scores = selected_scores(evaluated, recipe);
  if (!scores || !scores->validation) return std::numeric_limits<double>::quiet_NaN();
  return measure == PlateauMeasure::validation_loss ? scores->validation->loss
                                                    : scores->validation->accuracy;
}

}  // namespace

recipe::Plateaus start_plateaus(const recipe::Recipe& recipe) {
  recipe::Plateaus plateaus;
  for (const auto& [path, schedule] : recipe.schedules)
    if (const auto* plateau = std::get_if<Plateau>(&schedule))
      plateaus[path].measure = plateau->measure;
  return plateaus;
}

void observe(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon,
             const Evaluated& evaluated) {
  for (auto& [path, memory] : state.plateaus) {
    const auto& plateau = std::get<Plateau>(recipe.schedules.at(path));
    memory = schedule::observe(plateau, memory, score_of(evaluated, recipe, plateau.measure),
                               evaluated.step, horizon);
  }
}

std::vector<std::string> take_plateaus(State& state, const recipe::Plateaus& saved) {
  std::vector<std::string> anew;
  for (auto& [path, memory] : state.plateaus) {
    const auto found = saved.find(path);
    if (found != saved.end() && found->second.measure == memory.measure)
      memory = found->second;
    else
      anew.push_back(path);
  }
  return anew;
}

}  // namespace temper::train
