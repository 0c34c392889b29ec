#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/data/prepare/readable.h"
#include "temper/data/sources/data_digest.h"
#include "temper/data/sources/file_source.h"
#include "temper/data/sources/source.h"
#include "temper/data/sources/values.h"

/// A check of a data set before training, which reads and decodes every image.
namespace temper::data {

struct CheckOptions {
  FileOptions files = {.read_timeout =
                           60};  ///< memory, sized_bytes and keep_bad are set by the check
  std::int64_t threads = 1;      ///< >= 1
  bool digest = false;           ///< whether Check::digest is wanted
};

/// Of these sizes the ones that operations on images fit worst: of the least height, of the least
/// width, and of the median shorter side. Without repetition.
std::vector<augment::Size> telling_sizes(std::vector<augment::Size> sizes);

/// Image sizes of a set, over the images that can be read.
struct Sizes {
  std::int64_t smallest_height = 0;
  std::int64_t largest_height = 0;
  std::int64_t smallest_width = 0;
  std::int64_t largest_width = 0;
  std::int64_t median_side = 0;             ///< median of the shorter sides
  std::vector<augment::Size> telling = {};  ///< see telling_sizes()
};

struct CheckedSet {
  std::string name;  ///< "training", "validation" or "test"
  std::int64_t images = 0;
  std::int64_t unlabelled = 0;
  std::vector<std::int64_t> per_class;
  std::vector<ValueRange> values;  ///< one per value
  Sizes sizes;
  std::int64_t gray = 0;  ///< readable images whose pixels are all gray
  std::vector<BadImage> bad;
};

/// Images with identical pixels.
struct Duplicates {
  struct One {
    std::string set;
    std::string where;
    std::int64_t label = -1;
    std::vector<double> values = {};
    bool operator==(const One&) const = default;
  };
  std::vector<One> pictures;  ///< two or more, in the order of the sets

  [[nodiscard]] bool across_sets() const;
  /// Whether their labels or values differ.
  [[nodiscard]] bool labels_differ() const;
};

/// A file in the folder that is not part of the data, or has the extension of another format; or a
/// folder without any file that is part of the data.
struct UnexpectedFile {
  std::string path;
  std::string reason;
  bool picture = false;  ///< it is an image, or may hold data otherwise
  bool read = false;     ///< it is part of the data
};

struct Check {
  std::string source;
  std::string error;  ///< why the source can't be opened, if so; the other results are then missing
  Where where = {};   ///< the error occurred
  std::vector<std::string> classes;
  std::vector<std::string> value_names;   ///< in place of classes
  std::vector<CheckedSet> sets;           ///< training first
  std::vector<Duplicates> duplicates;     ///< in the order of their first images
  std::vector<UnexpectedFile> odd_files;  ///< sorted by path
  std::string unread;  ///< the images, tables and shards among them that are not read, in a
                       ///< sentence; empty: none
  augment::Normalisation normalisation;   ///< measured over all pixels of the training set
  std::optional<DataDigest> digest = {};  ///< as a run on this data records it, if wanted

  /// No problem that would stop training or falsify its scores: every image can be read, and none
  /// is in two sets or has two labels.
  [[nodiscard]] bool good() const;
};

/// Opens a source as for data.source and checks all of it. Problems of the data are part of the
/// result; internal errors are thrown.
Check check(const std::string& source, const CheckOptions& options = {});

/// The same for sets that are already open.
/// @param source  name of the data in the result; if it is a folder, it is searched for odd files
Check check(const Dataset& dataset, const std::string& source, const CheckOptions& options = {});

/// The result as text, with a final newline.
std::string to_text(const Check& check);
nlohmann::ordered_json to_json(const Check& check);

}  // namespace temper::data
