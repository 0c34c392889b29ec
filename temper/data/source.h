#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/normalisation.h"
#include "temper/io/picture.h"

namespace temper::data {

/// Images and what there is to learn about them, a class each or one or more values each, in any
/// order, wherever they lie. A user's own source derives from this.
class Source {
 public:
  virtual ~Source() = default;

  [[nodiscard]] virtual std::int64_t size() const = 0;
  /// Names of the classes, in the order of their labels. Empty: the images have values.
  [[nodiscard]] virtual const std::vector<std::string>& classes() const = 0;
  /// Class of image i, in [0, classes().size()); -1: without a label.
  [[nodiscard]] virtual std::int64_t label(std::int64_t i) const = 0;
  /// Names of the values, in their order. Empty: the images have classes.
  [[nodiscard]] virtual const std::vector<std::string>& value_names() const {
    static const std::vector<std::string> none;
    return none;
  }
  /// The values of image i, finite, one a name; empty: without. They live as long as the source.
  [[nodiscard]] virtual std::span<const double> values(std::int64_t /*i*/) const { return {}; }
  /// Whether there is something to learn about image i.
  [[nodiscard]] bool labelled(std::int64_t i) const { return label(i) >= 0 || !values(i).empty(); }
  /// What a network answers to an image: so many numbers, one a class or one a value.
  [[nodiscard]] std::int64_t outputs() const {
    return std::ssize(value_names().empty() ? classes() : value_names());
  }
  /// 1 (grey) or 3 (RGB): what read() gives.
  [[nodiscard]] virtual int channels() const = 0;
  /// Makes `into`, whose memory is reused, image i: a view of pixels that live as long as the
  /// source, an image, or the bytes of a file whose pixels nobody needs yet. Called from several
  /// threads at once, each with a picture of its own.
  virtual void read(std::int64_t i, io::Picture& into) const = 0;
  /// Image i, copied: for who wants one and not thousands.
  [[nodiscard]] io::Image image(std::int64_t i) const {
    io::Picture picture;
    read(i, picture);
    io::Image image;
    picture.copy_to(image);
    return image;
  }
  /// How often image i is drawn next to the others. 1 unless several sources are mixed with
  /// weights.
  [[nodiscard]] virtual double weight(std::int64_t /*i*/) const { return 1; }
  /// Where image i comes from, for messages: a path, or "fashion-mnist train, image 12".
  [[nodiscard]] virtual std::string where(std::int64_t i) const = 0;
  /// Hash of what the source holds (names, sizes, labels, values; pixels where they are in memory
  /// from the start): enters the fingerprint.
  [[nodiscard]] virtual std::string digest() const = 0;
};

/// The sets of one task. All share classes or values' names, and channels.
struct Dataset {
  std::shared_ptr<const Source> train;
  std::shared_ptr<const Source> validation;  ///< null: carve it from the training set
  std::shared_ptr<const Source> test;        ///< null: there is none
  int height = 0;                            ///< of the images, where all have one size; else 0
  int width = 0;
  augment::Normalisation normalisation = {};  ///< what the set is usually normalised by; empty:
                                              ///< nobody knows, measure it
};

}  // namespace temper::data
