#include "temper/study/analysis/course.h"

#include <fmt/format.h>

#include <utility>

#include "temper/study/analysis/choose_seeds.h"
#include "temper/study/analysis/tune.h"
#include "temper/study/definition/rules.h"

namespace temper::study {
namespace {

/// "dropout (optimizer.lr = 0.2), seed 3"
std::string label_of(const Arm& arm, std::int64_t seed) {
  std::string numbers;
  for (const auto& [path, value] : arm.tuned)
    numbers += fmt::format("{}{} = {}", numbers.empty() ? " (" : ", ", path, value);
  if (!numbers.empty()) numbers += ")";
  return fmt::format("{}{}, seed {}", arm.name, numbers, seed);
}

/// What the study's figures need to have measured.
Measures measures_of(const Study& study) {
  Measures needed;
  if (measures(study, "sensitivity.")) needed.sensitivity = study.sensitivity;
  if (measures(study, "fgsm."))
    needed.attacks.push_back(
        {.method = "fgsm", .radius = study.attack_radius, .images = study.attack_images});
  if (measures(study, "pgd."))
    needed.attacks.push_back({.method = "pgd",
                              .radius = study.attack_radius,
                              .steps = study.attack_steps,
                              .images = study.attack_images});
  if (measures(study, "clusters.")) needed.clusters = study.clusters;
  return needed;
}

}  // namespace

Course::Course(Study study, Fingerprint fingerprint, CourseOptions options)
    : study_(std::move(study)),
      arms_(study::arms(study_)),
      comparisons_(study::comparisons(study_, arms_)),
      fingerprint_(std::move(fingerprint)),
      options_(std::move(options)),
      measures_(measures_of(study_)),
      teaches_(arms_.size()) {
  for (const auto& arm : arms_)
    if (arm.teacher) teaches_[*arm.teacher] = true;
}

double Course::budget() const {
  return options_.budget > 0 ? options_.budget : study_.budget_seconds;
}

const Arm& Course::tuned(std::size_t arm, const TunedValues& values) const {
  const auto key = std::pair(arm, values);
  const auto known = tuned_.find(key);
  if (known != tuned_.end()) return known->second;
  auto made = with_tuned(study_, arms_[arm], values);
  if (options_.check) options_.check(made.recipe);
  return tuned_.emplace(key, std::move(made)).first->second;
}

Trial Course::trial(const std::vector<Arm>& arms, std::size_t arm, std::int64_t seed,
                    bool score_test) const {
  auto trial = without_fingerprint(arms, arm, seed);
  trial.fingerprint = fingerprint(arms, arm, seed);
  trial.score_test = score_test;
  return trial;
}

Trial Course::without_fingerprint(const std::vector<Arm>& arms, std::size_t arm,
                                  std::int64_t seed) const {
  const auto& own = arms[arm];
  Trial trial{.recipe = own.recipe,
              .fingerprint = {},
              .label = label_of(own, seed),
              .measures = measures_,
              .keep = teaches_[arm]};
  trial.recipe.seed = seed;
  for (const auto& [until_step, recipe] : own.before) {
    trial.before.push_back({until_step, recipe});
    trial.before.back().recipe.seed = seed;
  }
  if (own.teacher) trial.teachers.push_back(fingerprint(arms, *own.teacher, seed));
  return trial;
}

const std::string& Course::fingerprint(const std::vector<Arm>& arms, std::size_t arm,
                                       std::int64_t seed) const {
  auto key = fmt::format("{} {}", arm, label_of(arms[arm], seed));
  if (const auto teacher = arms[arm].teacher) key += "\n" + fingerprint(arms, *teacher, seed);
  const auto [place, is_new] = known_.try_emplace(std::move(key));
  if (is_new) place->second = fingerprint_(without_fingerprint(arms, arm, seed));
  return place->second;
}

Stand Course::stand(const Results& results) const {
  Stand stand{.arms = arms_};
  if (tune(*this, results, stand)) choose_seeds(*this, results, stand);
  return stand;
}

}  // namespace temper::study
