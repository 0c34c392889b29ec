#include "temper/report/inspection.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temper/evaluate/class_images.h"
#include "temper/evaluate/features.h"
#include "temper/evaluate/sensitivity.h"
#include "temper/io/format/json_keys.h"
#include "temper/train/open_data.h"

namespace temper::report {
namespace {

constexpr std::int64_t kShown = 150;  // points per class: more would overlap

/// The index of each label among the three classes.
at::Tensor places(const at::Tensor& labels, const evaluate::ThreeClasses& classes) {
  auto result = at::empty(labels.sizes(), at::kLong);
  for (std::int64_t place = 0; place < 3; ++place)
    result.masked_fill_(labels.eq(classes[static_cast<std::size_t>(place)]), place);
  return result;
}

Cluster cluster(model::Network& network, const train::Plan& plan, std::string name,
                const std::shared_ptr<const data::Source>& set,
                const evaluate::ThreeClasses& classes) {
  const auto [activations, labels] =
      evaluate::features(network, plan, evaluate::images_of(set, classes));
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
  if (options.clusters.empty() && options.sensitivity == 0 && !options.maps) return result;
  auto model = train::load_model(run);
  train::require_classes(model, "clusters, input sensitivity and Grad-CAM");
  const auto plan = train::open_run_plan(run, model.transform);
  train::prepare_thread(plan);
  model.network->to(plan.device);
  result.weights = model.weights;
  const auto held_out = plan.test ? plan.test : plan.validation;
  const std::string name = plan.test ? "test" : "validation";
  if (!options.clusters.empty()) {
    const auto classes = evaluate::classes_of(options.clusters, model.classes);
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
  if (options.maps) result.maps = mistake_maps(model, plan, read_run(run));
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
