#include "temper/report/inspection.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/data/sources/subset.h"
#include "temper/evaluate/features.h"
#include "temper/evaluate/sensitivity.h"
#include "temper/io/format/json_keys.h"
#include "temper/train/open_data.h"

namespace temper::report {
namespace {

using Classes = std::array<std::int64_t, 3>;

constexpr std::int64_t kShown = 150;  // points per class: more would overlap

Classes classes_of(const std::vector<std::string>& asked, const std::vector<std::string>& known) {
  Classes found{};
  if (asked.size() != 3)
    throw Error(
        Code::usage,
        fmt::format(
            "clusters: {} classes were given; expected three, for example {}", asked.size(),
            fmt::join(known.begin(), known.begin() + std::min<std::ptrdiff_t>(3, std::ssize(known)),
                      ",")));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto at = std::ranges::find(known, asked[i]);
    if (at == known.end())
      throw Error(Code::usage, fmt::format("clusters: the run has no class '{}'; it has {}",
                                           asked[i], fmt::join(known, ", ")));
    found[i] = at - known.begin();
  }
  if (found[0] == found[1] || found[1] == found[2] || found[0] == found[2])
    throw Error(Code::usage, fmt::format("clusters of {}: expected three different classes",
                                         fmt::join(asked, ",")));
  return found;
}

/// The images of the three classes only.
std::shared_ptr<const data::Source> images_of(const std::shared_ptr<const data::Source>& set,
                                              const Classes& classes) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < set->size(); ++i)
    if (std::ranges::find(classes, set->label(i)) != classes.end()) rows.push_back(i);
  return std::make_shared<data::Subset>(set, std::move(rows));
}

/// The index of each label among the three classes.
at::Tensor places(const at::Tensor& labels, const Classes& classes) {
  auto result = at::empty(labels.sizes(), at::kLong);
  for (std::int64_t place = 0; place < 3; ++place)
    result.masked_fill_(labels.eq(classes[static_cast<std::size_t>(place)]), place);
  return result;
}

Cluster cluster(model::Network& network, const train::Plan& plan, std::string name,
                const std::shared_ptr<const data::Source>& set, const Classes& classes) {
  const auto [activations, labels] = evaluate::features(network, plan, images_of(set, classes));
  return {std::move(name),
          kShown,
          measure::template_plane(activations, evaluate::head_of(network), classes),
          measure::principal_components(activations),
          places(labels, classes),
          measure::cluster_distances(activations, labels)};
}

}  // namespace

Inspection inspect(const std::filesystem::path& run, const InspectOptions& options) {
  Inspection result;
  if (options.clusters.empty() && options.sensitivity == 0) return result;
  auto model = train::load_model(run);
  train::require_classes(model, "clusters and input sensitivity");
  const auto plan = train::open_run_plan(run, model.transform);
  train::prepare_thread(plan);
  model.network->to(plan.device);
  result.weights = model.weights;
  const auto held_out = plan.test ? plan.test : plan.validation;
  const std::string name = plan.test ? "test" : "validation";
  if (!options.clusters.empty()) {
    const auto classes = classes_of(options.clusters, model.classes);
    std::ranges::copy(options.clusters, result.classes.begin());
    result.clusters.push_back(cluster(*model.network, plan, "training", plan.probe, classes));
    if (held_out) result.clusters.push_back(cluster(*model.network, plan, name, held_out, classes));
  }
  if (options.sensitivity > 0) {
    const auto norms = evaluate::sensitivity(*model.network, plan, held_out ? held_out : plan.probe,
                                             options.sensitivity);
    result.sensitivity = {norms.mean().item<double>(), norms.numel()};
    result.set = held_out ? name : "training";
  }
  return result;
}

nlohmann::json to_json(const Inspection& inspection) {
  auto json = nlohmann::json::object();
  if (!inspection.clusters.empty()) {
    auto sets = nlohmann::json::array();
    for (const auto& cluster : inspection.clusters)
      sets.push_back({{"set", cluster.set},
                      {"images", cluster.labels.size(0)},
                      {"within", cluster.distances.within},
                      {"between", cluster.distances.between},
                      {"ratio", cluster.distances.ratio()},
                      {"explained", cluster.principal.explained}});
    json["clusters"] = {
        {"classes", inspection.classes}, {"weights", inspection.weights}, {"sets", sets}};
  }
  if (inspection.sensitivity) {
    json["sensitivity"] = io::json_of(*inspection.sensitivity);
    json["sensitivity"]["set"] = inspection.set;
  }
  return json;
}

}  // namespace temper::report
