#include "temper/data/sources/idx_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/lower_case.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/listing.h"
#include "temper/data/sources/set_names.h"
#include "temper/data/sources/unread.h"
#include "temper/io/format/idx.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr int kMostSide = 1 << 15;

/// The files of the three sets; an empty name: no such file.
struct Files {
  std::array<std::string, 3> images;
  std::array<std::string, 3> labels;
};

std::optional<Part> part_at_end(std::string_view prefix) {
  const auto last = prefix.find_last_of("-_");
  const auto word = last == std::string_view::npos ? prefix : prefix.substr(last + 1);
  if (to_lower(std::string(word)) == "t10k") return Part::test;
  return part_of(word);
}

/// The part of the name before "images-idx3-ubyte" and the like; nullopt for other names.
std::optional<std::string_view> before(std::string_view name, std::string_view what) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  for (const char* rank : {"idx1-ubyte", "idx3-ubyte", "idx4-ubyte"}) {
    if (!name.ends_with(rank)) continue;
    name.remove_suffix(std::string_view(rank).size());
    if (name.empty() || std::string_view("-.").find(name.back()) == std::string_view::npos)
      return std::nullopt;
    name.remove_suffix(1);
    if (!name.ends_with(what)) return std::nullopt;
    name.remove_suffix(what.size());
    if (name.empty() || std::string_view("-_").find(name.back()) == std::string_view::npos)
      return std::nullopt;
    name.remove_suffix(1);
    return name;
  }
  return std::nullopt;
}

Files find_files(const fs::path& folder) {
  Files files;
  const auto take = [&](const std::string& name, std::string_view what,
                        std::array<std::string, 3>& into) {
    const auto prefix = before(name, what);
    const auto part = prefix ? part_at_end(*prefix) : std::nullopt;
    if (!part) return;
    auto& taken = into[static_cast<std::size_t>(*part)];
    if (!taken.empty())
      throw Error(
          Code::data, {.file = folder.string()},
          fmt::format("both {} and {} are the {} of one set; remove one of them from the folder",
                      taken, name, what));
    taken = name;
  };
  for (const auto& name : files_in(folder)) {
    take(name, "images", files.images);
    take(name, "labels", files.labels);
  }
  return files;
}

std::vector<Unread> unread_beside(const fs::path& folder, const Files& files) {
  FilesRead read;
  for (const auto* names : {&files.images, &files.labels})
    for (const auto& name : *names)
      if (!name.empty()) read.add(folder / name);
  const std::string beside = "beside the IDX files of the sets, which are read instead";
  return unread_in(folder, read, {.picture = beside, .other = beside, .folder = beside});
}

std::int64_t largest(const Source& source) {
  std::int64_t most = -1;
  for (std::int64_t i = 0; i < source.size(); ++i) most = std::max(most, source.label(i));
  return most;
}

}  // namespace

std::shared_ptr<const Source> read_idx_set(const fs::path& images_path, const fs::path& labels_path,
                                           const std::string& name,
                                           std::vector<std::string> classes) {
  auto images = io::read_idx(images_path);
  const auto labels = io::read_idx(labels_path);
  const auto rank = images.shape.size();
  const bool has_channels = rank == 4 && (images.shape[3] == 1 || images.shape[3] == 3);
  if ((rank != 3 && !has_channels) || images.shape[1] > kMostSide || images.shape[2] > kMostSide)
    throw Error(
        Code::data, {.file = images_path.string()},
        fmt::format(
            "an array of {}; expected images x height x width, or the same with 1 or 3 channels",
            fmt::join(images.shape, " x ")));
  if (labels.shape.size() != 1 || labels.shape[0] != images.shape[0])
    throw Error(Code::data, {.file = labels_path.string()},
                fmt::format("{} labels for the {} images of {}", labels.values.size(),
                            images.shape[0], images_path.string()));
  if (classes.empty() && !labels.values.empty())
    for (int c = 0; c <= *std::max_element(labels.values.begin(), labels.values.end()); ++c)
      classes.push_back(std::to_string(c));
  return std::make_shared<ArraySource>(
      ArraySource::Contents{.name = name,
                            .classes = std::move(classes),
                            .height = static_cast<int>(images.shape[1]),
                            .width = static_cast<int>(images.shape[2]),
                            .channels = has_channels ? static_cast<int>(images.shape[3]) : 1,
                            .pixels = std::move(images.values),
                            .labels = {labels.values.begin(), labels.values.end()}});
}

bool holds_idx(const fs::path& folder) {
  return !find_files(folder).images[static_cast<std::size_t>(Part::train)].empty();
}

Dataset idx_folder(const fs::path& folder) {
  const auto files = find_files(folder);
  Dataset dataset;
  const auto read = [&](Part part, const char* name) -> std::shared_ptr<const Source> {
    const auto& images = files.images[static_cast<std::size_t>(part)];
    const auto& labels = files.labels[static_cast<std::size_t>(part)];
    if (images.empty() && labels.empty()) return nullptr;
    if (images.empty() || labels.empty())
      throw Error(Code::data, {.file = folder.string()},
                  fmt::format("{} without its {}", images.empty() ? labels : images,
                              images.empty() ? "images" : "labels"));
    return read_idx_set(folder / images, folder / labels,
                        fmt::format("{} {}", folder.string(), name),
                        dataset.train ? dataset.train->classes() : std::vector<std::string>());
  };
  dataset.train = read(Part::train, "train");
  if (!dataset.train)
    throw Error(Code::data, {.file = folder.string()}, "no training set in IDX files");
  if (largest(*dataset.train) < 1)
    throw Error(Code::data, {.image = dataset.train->where(0)},
                "fewer than two classes; a classifier needs two or more");
  dataset.validation = read(Part::validation, "validation");
  dataset.test = read(Part::test, "test");
  io::Picture first;
  dataset.train->read(0, first);
  dataset.height = first.height();
  dataset.width = first.width();
  for (const auto& set : {dataset.validation, dataset.test}) {
    if (!set || set->size() == 0) continue;
    io::Picture other;
    set->read(0, other);
    if (other.height() != first.height() || other.width() != first.width() ||
        other.channels() != first.channels())
      throw Error(
          Code::data, {.image = set->where(0)},
          fmt::format("{} x {} pixels with {} channels; the training set has {} x {} with {}",
                      other.height(), other.width(), other.channels(), first.height(),
                      first.width(), first.channels()));
  }
  dataset.unread = unread_beside(folder, files);
  return dataset;
}

}  // namespace temper::data
