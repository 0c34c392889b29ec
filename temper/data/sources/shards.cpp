#include "temper/data/sources/shards.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/lower_case.h"
#include "temper/core/printable.h"
#include "temper/data/sources/class_names.h"
#include "temper/data/sources/dataset_builder.h"
#include "temper/data/sources/digest.h"
#include "temper/data/sources/listing.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/pack_info.h"
#include "temper/data/sources/parallel.h"
#include "temper/data/sources/set_names.h"
#include "temper/data/sources/unread.h"
#include "temper/data/sources/values.h"
#include "temper/io/disk/system_folder.h"
#include "temper/io/format/shard_index.h"
#include "temper/io/image/picture_name.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostInfo = 64U << 20U;

bool is_shard_name(const fs::path& path) {
  return to_lower(path.extension().string()) == ".tar";
}

std::vector<fs::path> shards_in(const fs::path& folder) {
  std::vector<fs::path> shards;
  for (const auto& name : files_in(folder))
    if (is_shard_name(name)) shards.push_back(folder / name);
  return shards;
}

UnreadReasons reasons() {
  const std::string beside = "beside the shards that are read";
  return {.picture = beside, .other = beside, .folder = beside};
}

struct Layout {
  std::vector<fs::path> train;
  std::vector<fs::path> validation;  ///< empty: none
  std::vector<fs::path> test;        ///< empty: none
};

Layout layout_of(const fs::path& path) {
  if (!is_folder(path)) return {.train = {path}};
  if (auto here = shards_in(path); !here.empty()) return {.train = std::move(here)};
  std::vector<std::string> sets;
  for (auto& name : folders_in(path))
    if (part_of(name) && !shards_in(path / name).empty()) sets.push_back(std::move(name));
  const auto names = part_names(sets, path.string());
  const auto in = [&](const std::string& name) {
    return name.empty() ? std::vector<fs::path>() : shards_in(path / name);
  };
  return {in(names.train), in(names.validation), in(names.test)};
}

/// The first of the folders in a folder that hold pictures, as those of classes do; empty unless
/// there are two. What can't be listed holds none.
fs::path class_folder_in(const fs::path& folder) {
  fs::path first;
  std::error_code ignored;
  for (const auto& name : folders_in(folder)) {
    const fs::directory_iterator inside(folder / name, ignored);
    const bool holds_picture = std::any_of(
        inside, fs::directory_iterator(), [](const auto& one) { return io::is_picture_name(one); });
    if (!holds_picture) continue;
    if (!first.empty()) return first;
    first = folder / name;
  }
  return {};
}

/// Refuses shards beside a set of folders: either may be meant to be the data set, and the other
/// one, such as the archive that it was unpacked from, not.
/// @param path  a folder
void check_alone(const fs::path& path, const fs::path& shard) {
  auto classes = class_folder_in(path);
  for (const auto& name : folders_in(path))
    if (classes.empty() && part_of(name)) classes = class_folder_in(path / name);
  if (classes.empty()) return;
  throw Error(Code::data, {.file = path.string()},
              fmt::format("holds both shards ({}) and folders of pictures ({}); move those "
                          "elsewhere that are not the data set",
                          shard.lexically_relative(path).string(),
                          classes.lexically_relative(path).string()));
}

/// The samples of a set as they are in its shards.
struct Contents {
  std::vector<fs::path> paths;
  std::vector<io::Shard> shards;

  explicit Contents(std::vector<fs::path> of) : paths(std::move(of)), shards(paths.size()) {
    for (const auto& path : paths) check_path(path);
    for_each_index(paths.size(), [this](std::size_t i) { shards[i] = io::open_shard(paths[i]); });
  }
  [[nodiscard]] std::vector<std::string> labels() const {
    std::vector<std::string> all;
    for (const auto& shard : shards)
      for (const auto& sample : shard.samples)
        if (!sample.label.empty()) all.push_back(sample.label);
    return all;
  }
  [[nodiscard]] std::int64_t images() const {
    std::int64_t count = 0;
    for (const auto& shard : shards) count += std::ssize(shard.samples);
    return count;
  }
};

/// The names of the values, the same for all samples that have values; empty: none has.
std::vector<std::string> value_names_among(std::initializer_list<const Contents*> sets) {
  std::vector<std::string> names;
  fs::path first;
  for (const auto* set : sets)
    for (std::size_t s = 0; s < set->shards.size(); ++s) {
      const auto& found = set->shards[s].value_names;
      if (found.empty() || found == names) continue;
      if (!names.empty())
        throw Error(Code::data, {.file = set->paths[s].string()},
                    fmt::format("the values {}; expected {}, as in {}", fmt::join(found, ", "),
                                fmt::join(names, ", "), first.string()));
      names = found;
      first = set->paths[s];
    }
  return names;
}

/// Converts labels to classes; a regression set has none.
class Labels {
 public:
  Labels(std::vector<std::string> classes, bool by_number)
      : classes_(std::move(classes)), by_number_(by_number), numbers_(classes_) {}

  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }

  [[nodiscard]] std::int32_t of(const std::string& label, const fs::path& shard,
                                const std::string& sample) const {
    if (label.empty()) return -1;
    const auto refuse = [&](const std::string& why) {
      const auto file = shard.string();
      throw Error(Code::data, {.file = file, .image = fmt::format("{}/{}", file, sample)},
                  fmt::format("label '{}'; {}", label, why));
    };
    if (classes_.empty()) refuse("the other samples have values");
    std::int64_t number = -1;
    if (!by_number_)
      number = numbers_.of(label);
    else if (is_class_number(label) && std::stoll(label) < std::ssize(classes_))
      number = std::stoll(label);
    if (number < 0)
      refuse(by_number_ ? fmt::format("expected 0 to {}", std::ssize(classes_) - 1)
                        : fmt::format("the training set does not have this class; it has {}",
                                      some_of(classes_)));
    return static_cast<std::int32_t>(number);
  }

 private:
  std::vector<std::string> classes_;
  bool by_number_;  ///< a label is an index into classes_, not a name
  ClassIndex numbers_;
};

/// The samples of all shards.
std::vector<ShardSource::Sample> samples_of(Contents& contents, const Labels& labels) {
  std::vector<ShardSource::Sample> samples;
  for (std::size_t s = 0; s < contents.shards.size(); ++s)
    for (auto& sample : contents.shards[s].samples) {
      const auto label = labels.of(sample.label, contents.paths[s], sample.name);
      samples.push_back({.name = std::move(sample.name),
                         .offset = sample.offset,
                         .size = sample.size,
                         .shard = static_cast<std::int32_t>(s),
                         .label = label});
    }
  return samples;
}

/// The values of these samples, as for Valued.
std::vector<double> values_of(const Contents& contents, std::size_t names) {
  std::vector<double> values;
  for (const auto& shard : contents.shards)
    for (const auto& sample : shard.samples)
      if (sample.values.empty())
        values.insert(values.end(), names, std::numeric_limits<double>::quiet_NaN());
      else
        values.insert(values.end(), sample.values.begin(), sample.values.end());
  return values;
}

std::optional<PackInfo> info_beside(const fs::path& path) {
  std::error_code ignored;
  const auto file = path / kPackInfo;
  if (!is_folder(path) || !fs::exists(file, ignored)) return std::nullopt;
  return parse_pack_info(io::read_text(file, kMostInfo), file.string());
}

/// What is not read in the shards themselves.
std::vector<Unread> unread_within(const Contents& contents) {
  std::vector<Unread> unread;
  for (std::size_t s = 0; s < contents.shards.size(); ++s) {
    const auto& shard = contents.shards[s];
    if (shard.unread == 0) continue;
    const auto* why = io::in_system_folder(shard.first_unread)
                          ? "in a folder that a system makes"
                          : "an image of a sample is called as 000123.jpg (.jpeg, .png, .webp), "
                            "without another dot";
    unread.push_back({contents.paths[s].string(),
                      fmt::format("{}: {}", printable(shard.first_unread), why),
                      static_cast<std::int64_t>(shard.unread)});
  }
  return unread;
}

void check_counts(const PackInfo::Set& told, const Contents& found, const fs::path& path,
                  std::string_view name) {
  if (told.shards == std::ssize(found.paths) && told.images == found.images()) return;
  throw Error(
      Code::data, {.file = path.string()},
      fmt::format("the {} set has {} images in {} shards; {} lists {} in {}. Get the missing "
                  "shards, or pack the set again",
                  name, found.images(), found.paths.size(), kPackInfo, told.images, told.shards));
}

}  // namespace

ShardSource::ShardSource(std::vector<fs::path> shards, std::vector<Sample> samples,
                         std::vector<std::string> classes, const FileOptions& options)
    : CachedSource(std::move(classes), options),
      shards_(std::move(shards)),
      samples_(std::move(samples)) {
  for (const auto& shard : shards_) stamps_.push_back(io::stamp_of(shard));
  open();
}

void ShardSource::load(std::int64_t i, io::Picture& into) const {
  const auto& sample = samples_[static_cast<std::size_t>(i)];
  const auto shard = static_cast<std::size_t>(sample.shard);
  thread_local std::string name;  // reuses its memory
  name.clear();
  fmt::format_to(std::back_inserter(name), "{}/{}", shards_[shard].native(), sample.name);
  into.load(shards_[shard], options().decoding(),
            {.part = io::FilePart{.offset = sample.offset, .size = sample.size},
             .timeout = options().read_timeout,
             .expected = stamps_[shard]},
            name);
}

std::int64_t ShardSource::size() const {
  return std::ssize(samples_);
}

std::int64_t ShardSource::label(std::int64_t i) const {
  return samples_[static_cast<std::size_t>(i)].label;
}

std::string ShardSource::where(std::int64_t i) const {
  const auto& sample = samples_[static_cast<std::size_t>(i)];
  return fmt::format("{}/{}", shards_[static_cast<std::size_t>(sample.shard)].string(),
                     sample.name);
}

std::string ShardSource::name(std::int64_t i) const {
  return samples_[static_cast<std::size_t>(i)].name;
}

std::string ShardSource::digest() const {
  Digest digest;
  digest.add(classes()).add(channels()).add(size());
  for (const auto& sample : samples_)
    digest.add(sample.name).add(sample.label).add(static_cast<std::int64_t>(sample.size));
  return digest.hex();
}

bool holds_shards(const fs::path& path) {
  return is_folder(path) ? !layout_of(path).train.empty() : is_shard_name(path);
}

Dataset shards(const fs::path& path, const FileOptions& options) {
  auto layout = layout_of(path);
  if (layout.train.empty())
    throw Error(Code::data, {.file = path.string()},
                "no shards (.tar), in this folder or in train");
  const auto info = info_beside(path);
  if (is_folder(path) && !info) check_alone(path, layout.train.front());
  Contents train(std::move(layout.train));
  Contents validation(std::move(layout.validation));
  Contents test(std::move(layout.test));
  if (info) {
    check_counts(info->train, train, path, "training");
    check_counts(info->validation, validation, path, "validation");
    check_counts(info->test, test, path, "test");
  }
  const auto value_names = value_names_among({&train, &validation, &test});
  std::vector<std::string> classes;
  if (value_names.empty()) {
    classes = info ? info->classes : classes_among(train.labels());
    check_classes(classes, path.string());
  }
  const Labels labels(std::move(classes), info.has_value());

  auto how = options;
  if (info && info->channels == 1) how.channels = 1;
  DatasetBuilder assembly(how);
  const auto open = [&](Contents& contents) -> std::shared_ptr<const Source> {
    if (contents.paths.empty()) return nullptr;
    auto samples = samples_of(contents, labels);
    const auto source =
        assembly.open<ShardSource>(contents.paths, std::move(samples), labels.classes());
    if (value_names.empty()) return source;
    return std::make_shared<RegressionSource>(source, value_names,
                                              values_of(contents, value_names.size()));
  };
  Dataset dataset;
  dataset.train = open(train);
  dataset.validation = open(validation);
  dataset.test = open(test);
  assembly.finish(dataset);
  FilesRead read;
  for (const auto* set : {&train, &validation, &test}) {
    for (const auto& shard : set->paths) read.add(shard);
    std::ranges::copy(unread_within(*set), std::back_inserter(dataset.unread));
  }
  if (is_folder(path))
    std::ranges::copy(unread_in(path, read, reasons()), std::back_inserter(dataset.unread));
  if (info && !info->normalisation.mean.empty() &&
      std::ssize(info->normalisation.mean) == how.channels)
    dataset.normalisation = info->normalisation;
  return dataset;
}

}  // namespace temper::data
