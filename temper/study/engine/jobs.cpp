#include "temper/study/engine/jobs.h"

#include <algorithm>
#include <map>
#include <string>

#include "temper/study/engine/trajectory.h"

namespace temper::study {
namespace {

void add_request(Trial& trial, const Trial& other) {
  trial.score_test = trial.score_test || other.score_test;
  trial.keep = trial.keep || other.keep;
  trial.measures.sensitivity = std::max(trial.measures.sensitivity, other.measures.sensitivity);
  if (trial.measures.attacks.empty()) trial.measures.attacks = other.measures.attacks;
  if (trial.measures.clusters.empty()) trial.measures.clusters = other.measures.clusters;
}

}  // namespace

Jobs jobs_of(std::span<const Trial> trials) {
  Jobs jobs;
  std::map<std::string, std::size_t> known;
  for (const auto& trial : trials) {
    const auto [place, is_new] = known.try_emplace(trial.fingerprint, jobs.list.size());
    if (is_new)
      jobs.list.push_back({.trial = trial});
    else
      add_request(jobs.list[place->second].trial, trial);
    jobs.of_trial.push_back(place->second);
  }
  for (auto& job : jobs.list)
    if (!job.trial.teachers.empty())
      if (const auto found = known.find(job.trial.teachers.front()); found != known.end()) {
        job.teacher = found->second;
        jobs.list[found->second].teaches = true;
      }
  return jobs;
}

void share_steps(Jobs& jobs, Fingerprints& fingerprints) {
  std::vector<std::size_t> waiting;
  std::vector<Trial> trials;
  std::vector<std::int64_t> lengths;
  std::vector<std::string> digests;
  for (std::size_t i = 0; i < jobs.list.size(); ++i) {
    const auto& trial = jobs.list[i].trial;
    // Trials with until_epoch are trained in the folders of others.
    if (jobs.list[i].stage != Stage::waiting || trial.until_epoch > 0) continue;
    const auto& data = fingerprints.data_of(trial.recipe);
    waiting.push_back(i);
    trials.push_back(trial);
    lengths.push_back(steps_per_epoch(trial.recipe, data));
    digests.push_back(data.digest);
  }
  for (const auto& branch : share_trajectories(trials, lengths))
    for (const auto companion : branch.companions) {
      if (digests[companion] != digests[branch.trial]) continue;
      jobs.list[waiting[branch.trial]].companions.push_back(waiting[companion]);
      jobs.list[waiting[companion]].from = waiting[branch.trial];
    }
}

std::vector<std::size_t> order_of(std::size_t n, std::int64_t index, std::int64_t count) {
  std::vector<std::size_t> order;
  for (std::int64_t part = 0; part < count; ++part)
    for (auto i = static_cast<std::size_t>((index - 1 + part) % count); i < n;
         i += static_cast<std::size_t>(count))
      order.push_back(i);
  return order;
}

}  // namespace temper::study
