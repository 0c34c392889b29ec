#include "temper/data/tools/check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/prepare/normalisation.h"
#include "temper/data/sources/open.h"
#include "temper/data/sources/unread.h"
#include "temper/data/tools/unexpected_files.h"
#include "temper/io/disk/hash.h"

namespace temper::data {
namespace {

/// The findings about one image.
struct ImageFindings {
  std::string fault;
  std::string hash;
  std::int64_t height = 0;
  std::int64_t width = 0;
  bool gray = false;
  std::optional<io::HashValue> content = {};
};

/// Whether no pixel has a color.
bool is_gray(const io::Pixels& pixels) {
  if (pixels.channels == 1) return true;
  for (int y = 0; y < pixels.height; ++y) {
    const auto* sample = pixels.row(y);
    for (int x = 0; x < pixels.width; ++x, sample += pixels.channels)
      if (sample[0] != sample[1] || sample[1] != sample[2]) return false;
  }
  return true;
}

std::string hash_of(const io::Pixels& pixels) {
  io::Hash hash;
  const std::array<std::int32_t, 3> shape{pixels.height, pixels.width, pixels.channels};
  hash.update(std::as_bytes(std::span(shape)));
  const auto bytes =
      static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.channels);
  for (int y = 0; y < pixels.height; ++y)
    hash.update(std::as_bytes(std::span(pixels.row(y), bytes)));
  return hash.hex();
}

/// As Source::content(), also of an image that has just been read from its file.
std::optional<io::HashValue> content_of(const Source& source, std::int64_t i,
                                        const io::Picture& picture) {
  const auto known = source.content(i);
  return known || picture.file().empty() ? known : io::hash_of(picture.file());
}

void add_up(Histogram& sum, const Histogram& other) {
  for (std::size_t c = 0; c < sum.size(); ++c)
    for (std::size_t v = 0; v < sum[c].size(); ++v) sum[c][v] += other[c][v];
}

std::int64_t shorter_side(augment::Size size) {
  return std::min(size.height, size.width);
}

Sizes sizes_of(const std::vector<ImageFindings>& looks) {
  Sizes sizes;
  std::vector<augment::Size> all;
  for (const auto& look : looks) {
    if (!look.fault.empty()) continue;
    const bool first = all.empty();
    const auto widen = [&](std::int64_t& low, std::int64_t& high, std::int64_t value) {
      low = first ? value : std::min(low, value);
      high = first ? value : std::max(high, value);
    };
    widen(sizes.smallest_height, sizes.largest_height, look.height);
    widen(sizes.smallest_width, sizes.largest_width, look.width);
    all.push_back({look.height, look.width});
  }
  if (all.empty()) return sizes;
  sizes.telling = telling_sizes(all);
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::ranges::nth_element(all, middle, {}, shorter_side);
  sizes.median_side = shorter_side(*middle);
  return sizes;
}

/// Images by the hash of their pixels.
using ByContent = std::map<std::string, Duplicates>;

class Checker {
 public:
  Checker(Check& check, std::int64_t threads) : check_(check), threads_(threads) {}

  void set(const std::string& name, const Source& source) {
    std::vector<ImageFindings> looks(static_cast<std::size_t>(source.size()));
    Histogram histogram{};
    std::mutex mutex;
    for_each_image(source.size(), threads_, [&](std::int64_t i, io::Picture& picture) {
      auto& look = looks[static_cast<std::size_t>(i)];
      if (const auto error = read_error_of(source, i, picture)) look.fault = reason_of(*error);
      look.content = content_of(source, i, picture);
      if (!look.fault.empty()) {
        if (!look.content) look.content.emplace();  // as DecodedCache::content()
        return;
      }
      const auto& pixels = picture.pixels();
      look.hash = hash_of(pixels);
      look.height = pixels.height;
      look.width = pixels.width;
      look.gray = is_gray(pixels);
      Histogram counts{};
      add(counts, pixels);
      const std::scoped_lock lock(mutex);
      add_up(histogram, counts);
    });
    if (check_.sets.empty()) check_.normalisation = normalisation_of(histogram, source.channels());
    take(name, source, looks);
    std::vector<std::optional<io::HashValue>> images;
    for (const auto& look : looks) images.push_back(look.content);
    digests_.push_back(contents_digest(images));
  }

  /// As DataDigest::contents, of the sets so far.
  [[nodiscard]] std::string digest() const { return joined_digests(digests_); }

  /// Called once, after all sets.
  void tell_duplicates() {
    for (const auto& hash : order_)
      if (auto& group = contents_[hash]; group.pictures.size() > 1)
        check_.duplicates.push_back(std::move(group));
  }

 private:
  void take(const std::string& name, const Source& source, std::vector<ImageFindings>& looks) {
    CheckedSet set{.name = name,
                   .images = source.size(),
                   .values = ranges_of_values(source),
                   .sizes = sizes_of(looks)};
    set.per_class.resize(source.classes().size());
    for (std::int64_t i = 0; i < source.size(); ++i) {
      auto& look = looks[static_cast<std::size_t>(i)];
      const auto label = source.label(i);
      if (label >= 0) ++set.per_class.at(static_cast<std::size_t>(label));
      if (!source.labelled(i)) ++set.unlabelled;
      if (!look.fault.empty()) {
        set.bad.push_back({i, source.where(i), std::move(look.fault)});
        continue;
      }
      set.gray += look.gray ? 1 : 0;
      auto& group = contents_[look.hash];
      if (group.pictures.empty()) order_.push_back(look.hash);
      const auto values = source.values(i);
      group.pictures.push_back({name, source.where(i), label, {values.begin(), values.end()}});
    }
    check_.sets.push_back(std::move(set));
  }

  Check& check_;
  std::int64_t threads_;
  ByContent contents_;
  std::vector<std::string> order_;    ///< keys of contents_, in the order of their first images
  std::vector<std::string> digests_;  ///< one per set
};

bool holds_files(std::shared_ptr<const Source> source) {
  if (const auto valued = std::dynamic_pointer_cast<const RegressionSource>(source))
    source = valued->base();
  return std::dynamic_pointer_cast<const FileSource>(source) != nullptr;
}

}  // namespace

std::vector<augment::Size> telling_sizes(std::vector<augment::Size> sizes) {
  if (sizes.empty()) return {};
  const auto lowest = *std::ranges::min_element(sizes, {}, &augment::Size::height);
  const auto narrowest = *std::ranges::min_element(sizes, {}, &augment::Size::width);
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::ranges::nth_element(sizes, middle, {}, shorter_side);
  std::vector<augment::Size> telling;
  for (const auto size : {lowest, narrowest, *middle})
    if (std::ranges::find(telling, size) == telling.end()) telling.push_back(size);
  return telling;
}

bool Duplicates::across_sets() const {
  return std::ranges::any_of(pictures,
                             [&](const One& one) { return one.set != pictures.front().set; });
}

bool Duplicates::labels_differ() const {
  const auto& first = pictures.front();
  return std::ranges::any_of(pictures, [&](const One& one) {
    return one.label != first.label || one.values != first.values;
  });
}

bool Check::good() const {
  return error.empty() &&
         std::ranges::all_of(sets, [](const CheckedSet& set) { return set.bad.empty(); }) &&
         std::ranges::none_of(duplicates, [](const Duplicates& group) {
           return group.across_sets() || group.labels_differ();
         });
}

Check check(const std::string& source, const CheckOptions& options) {
  auto files = options.files;
  files.memory = 0;  // each image is read once
  files.sized_bytes = 0;
  files.keep_bad = true;
  Dataset dataset;
  try {
    dataset = open(source, files);
  } catch (const Error& error) {
    if (error.code() == Code::internal) throw;
    Check failed{.source = source, .error = error.what(), .where = error.where()};
    // Images may be there under names that are not recognized.
    failed.odd_files = odd_files(source);
    std::erase_if(failed.odd_files, [](const UnexpectedFile& file) { return !file.picture; });
    return failed;
  }
  return check(dataset, source, options);
}

Check check(const Dataset& dataset, const std::string& source, const CheckOptions& options) {
  Check result{.source = source,
               .classes = dataset.train->classes(),
               .value_names = dataset.train->value_names(),
               .unread = note_of(dataset.unread)};
  Checker checker(result, options.threads);
  checker.set("training", *dataset.train);
  if (dataset.validation) checker.set("validation", *dataset.validation);
  if (dataset.test) checker.set("test", *dataset.test);
  checker.tell_duplicates();
  if (options.digest)
    result.digest = {.names = digest_of(dataset).names, .contents = checker.digest()};
  // The files of shards and other packed sets are not images.
  result.odd_files =
      holds_files(dataset.train) ? odd_files(source, dataset.unread) : unread_files(dataset.unread);
  return result;
}

}  // namespace temper::data
