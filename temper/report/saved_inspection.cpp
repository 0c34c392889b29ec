#include "temper/report/saved_inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/safetensors.h"
#include "temper/train/tensors.h"

namespace temper::report {
namespace {

namespace fs = std::filesystem;

/// The metadata's key.
constexpr auto kEntry = "temper.inspection";

/// A Cluster without its tensors.
struct ClusterNumbers {
  std::string set;
  std::int64_t shown = 0;
  double within = 0;
  double between = 0;
  std::vector<double> explained;

  static constexpr auto keys() {
    return std::tuple{key("set", &ClusterNumbers::set), key("shown", &ClusterNumbers::shown),
                      key("within", &ClusterNumbers::within),
                      key("between", &ClusterNumbers::between),
                      key("explained", &ClusterNumbers::explained)};
  }
};

/// An Inspection without its tensors.
struct Numbers {
  std::string weights;
  std::string weights_hash;  ///< of the file with the weights
  std::vector<std::string> classes;
  std::vector<ClusterNumbers> clusters;
  std::optional<evaluate::Sensitivity> sensitivity;
  std::string set;

  static constexpr auto keys() {
    return std::tuple{
        key("weights", &Numbers::weights),         key("weights_hash", &Numbers::weights_hash),
        key("classes", &Numbers::classes),         key("clusters", &Numbers::clusters),
        key("sensitivity", &Numbers::sensitivity), key("set", &Numbers::set)};
  }
};

fs::path file_of(const Run& run) {
  return run.directory / "inspection.safetensors";
}

[[noreturn]] void refuse(const fs::path& path) {
  throw Error(Code::data, {.file = path.string()},
              "not what `temper report` writes; remove the file and repeat the report with "
              "--clusters, --sensitivity or --cam");
}

Numbers numbers_of(const io::Safetensors& file, const fs::path& path) {
  const auto entry = file.metadata().find(kEntry);
  if (entry == file.metadata().end()) refuse(path);
  const auto found = io::exactly<Numbers>(
      nlohmann::json::parse(entry->second, nullptr, /*allow_exceptions=*/false));
  const auto is_bad = [](const ClusterNumbers& one) { return one.explained.size() != 2; };
  if (!found || std::ranges::any_of(found->clusters, is_bad) ||
      (!found->clusters.empty() && found->classes.size() != 3))
    refuse(path);
  return *found;
}

at::Tensor points(const io::Safetensors& file, const std::string& name, std::int64_t images,
                  const fs::path& path) {
  const auto& view = file.at(name);
  if (view.dtype != io::Dtype::f64 || view.shape != std::vector<std::int64_t>{images, 2})
    refuse(path);
  return train::to_tensor(view);
}

/// @param i  index of the cluster
Cluster cluster_of(const ClusterNumbers& numbers, std::size_t i, const io::Safetensors& file,
                   const fs::path& path) {
  const auto& view = file.at(fmt::format("{}.labels", i));
  if (view.dtype != io::Dtype::i64 || view.shape.size() != 1) refuse(path);
  const auto labels = train::to_tensor(view);
  const auto images = labels.size(0);
  const auto* first = labels.const_data_ptr<std::int64_t>();
  if (std::any_of(first, first + images, [](auto label) { return label < 0 || label > 2; }))
    refuse(path);
  return {.set = numbers.set,
          .shown = numbers.shown,
          .plane = {points(file, fmt::format("{}.plane", i), images, path), {}},
          .principal = {points(file, fmt::format("{}.principal", i), images, path),
                        {},
                        {numbers.explained[0], numbers.explained[1]}},
          .labels = labels,
          .distances = {numbers.within, numbers.between}};
}

Inspection read(const Run& run) {
  const auto path = file_of(run);
  const auto weights = run.weights_file();
  if (!fs::exists(path) || !fs::exists(weights)) return {};
  const io::Safetensors file(path);
  const auto numbers = numbers_of(file, path);
  if (numbers.weights_hash != io::hash_file(weights)) return {};
  Inspection found{.clusters = {},
                   .sensitivity = numbers.sensitivity,
                   .set = numbers.set,
                   .weights = numbers.weights};
  for (std::size_t i = 0; i < numbers.clusters.size(); ++i)
    found.clusters.push_back(cluster_of(numbers.clusters[i], i, file, path));
  found.maps = read_maps(file);
  if (!found.clusters.empty()) std::ranges::copy(numbers.classes, found.classes.begin());
  return found;
}

}  // namespace

void save_inspection(const Run& run, const Inspection& inspection) {
  const auto weights = run.weights_file();
  if (!fs::exists(weights)) return;
  Numbers numbers{.weights = inspection.weights,
                  .weights_hash = io::hash_file(weights),
                  .classes = {},
                  .clusters = {},
                  .sensitivity = inspection.sensitivity,
                  .set = inspection.set};
  std::vector<train::Named> tensors;
  for (std::size_t i = 0; i < inspection.clusters.size(); ++i) {
    const auto& one = inspection.clusters[i];
    numbers.clusters.push_back(
        {.set = one.set,
         .shown = one.shown,
         .within = one.distances.within,
         .between = one.distances.between,
         .explained = {one.principal.explained.begin(), one.principal.explained.end()}});
    tensors.insert(tensors.end(), {{fmt::format("{}.plane", i), one.plane.points},
                                   {fmt::format("{}.principal", i), one.principal.points},
                                   {fmt::format("{}.labels", i), one.labels}});
  }
  if (!inspection.clusters.empty())
    numbers.classes.assign(inspection.classes.begin(), inspection.classes.end());
  const auto maps = tensors_of(inspection.maps);
  tensors.insert(tensors.end(), maps.begin(), maps.end());
  train::save_tensors(file_of(run), tensors, {{kEntry, io::json_of(numbers).dump()}});
}

Inspection saved_inspection(Run& run) {
  try {
    return read(run);
  } catch (const Error& error) {
    run.problems.emplace_back(error.what());
    return {};
  }
}

Inspection merged(Inspection measured, Inspection earlier) {
  if (measured.clusters.empty()) {
    measured.clusters = std::move(earlier.clusters);
    measured.classes = std::move(earlier.classes);
  }
  if (!measured.sensitivity) {
    measured.sensitivity = earlier.sensitivity;
    measured.set = std::move(earlier.set);
  }
  if (measured.maps.empty()) measured.maps = std::move(earlier.maps);
  if (measured.weights.empty()) measured.weights = std::move(earlier.weights);
  return measured;
}

}  // namespace temper::report
