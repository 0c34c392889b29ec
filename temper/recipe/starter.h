#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace temper::recipe {

/// A recipe to begin with: every key with its value and meaning.
/// @param source  "fashion-mnist", or a folder of pictures
std::string starter(const std::string& source);

/// What a run on a source is called: the last part of its path, without a file's ending.
std::string name_of_source(const std::string& source);

/// What is known of data that nobody wrote a recipe for.
struct Found {
  std::string source;       ///< as data.source
  std::int64_t images = 0;  ///< of the training set, validation still in it
  std::int64_t classes = 0;
  std::int64_t values = 0;          ///< > 0: there are no classes
  std::int64_t smallest_class = 0;  ///< images
  std::int64_t largest_class = 0;
  std::int64_t side = 0;    ///< pixels of the pictures' shorter sides, the one in the middle
  bool same_size = false;   ///< all pictures have one size
  bool validation = false;  ///< the data brings a validation set
  bool gpu = false;
};

/// "of 10 classes", or where there are values "with 2 values".
std::string learned_text(std::int64_t classes, std::int64_t values);

/// A recipe chosen for the data, and why.
struct Choice {
  struct Reason {
    std::string what;  ///< "network"
    std::string why;   ///< "ResNet-18 at 128 x 128 pixels: ..."
  };
  std::string recipe;  ///< every key with its value and meaning
  std::vector<Reason> reasons;
};

/// A network, its input, batch, epochs, rate, average, sampling and validation by the number, size
/// and balance of the pictures and what computes. A function of `found` alone.
Choice choose(const Found& found);

}  // namespace temper::recipe
