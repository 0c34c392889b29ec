#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "temper/augment/normalisation.h"
#include "temper/data/file_source.h"
#include "temper/data/readable.h"
#include "temper/data/source.h"
#include "temper/data/values.h"

/// What there is to know about a data set before a network is trained on it, found by reading and
/// decoding every picture.
namespace temper::data {

struct CheckOptions {
  FileOptions files = {.read_timeout = 60};  ///< memory and keep_bad are set by the check
  std::int64_t threads = 1;                  ///< >= 1
};

/// Over the pictures of a set that can be read.
struct Sizes {
  std::int64_t smallest_height = 0;
  std::int64_t largest_height = 0;
  std::int64_t smallest_width = 0;
  std::int64_t largest_width = 0;
  std::int64_t median_side = 0;  ///< of the shorter sides
};

struct CheckedSet {
  std::string name;  ///< "training", "validation" or "test"
  std::int64_t images = 0;
  std::int64_t unlabelled = 0;
  std::vector<std::int64_t> per_class;
  std::vector<ValueRange> values;  ///< one a value
  Sizes sizes;
  std::vector<BadImage> bad;
};

/// Pictures with the same pixels.
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
  /// Or values.
  [[nodiscard]] bool labels_differ() const;
};

/// A file in the folder that is no part of the data, or has the name of another kind of file.
struct OddFile {
  std::string path;
  std::string reason;
  bool picture = false;  ///< it is one all the same
  bool read = false;     ///< and part of the data
};

struct Check {
  std::string source;
  std::string error;  ///< why it can't be opened, and nothing else is known; else empty
  std::vector<std::string> classes;
  std::vector<std::string> value_names;  ///< in place of classes
  std::vector<CheckedSet> sets;          ///< training first
  std::vector<Duplicates> duplicates;    ///< by their first picture
  std::vector<OddFile> odd_files;        ///< by path
  augment::Normalisation normalisation;  ///< measured over all pixels of the training set

  /// Nothing that training would stop at or that makes its scores wrong: every picture can be read,
  /// none is in two sets or under two labels.
  [[nodiscard]] bool good() const;
};

/// Opens what a recipe's data.source may name and looks at all of it. What is wrong with the data
/// is part of the result; errors of the program come out.
Check check(const std::string& source, const CheckOptions& options = {});

/// The same of sets that are open.
/// @param source  what the result calls them; its folder, where it is one, is looked through for
/// odd files
Check check(const Dataset& dataset, const std::string& source, const CheckOptions& options = {});

/// For people. It ends with a line.
std::string to_text(const Check& check);
nlohmann::ordered_json to_json(const Check& check);

}  // namespace temper::data
