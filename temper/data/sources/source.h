#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pixels/normalisation.h"
#include "temper/io/disk/hash.h"
#include "temper/io/image/picture.h"

namespace temper::data {

/// A data set of images with their targets: one class per image, or one or more regression values
/// per image. User-defined sources derive from this class.
class Source {
 public:
  virtual ~Source() = default;

  [[nodiscard]] virtual std::int64_t size() const = 0;
  /// Names of the classes, in the order of their labels. Empty: the images have regression values.
  [[nodiscard]] virtual const std::vector<std::string>& classes() const = 0;
  /// Class of image i, in [0, classes().size()); -1: no label.
  [[nodiscard]] virtual std::int64_t label(std::int64_t i) const = 0;
  /// Names of the regression values, in their order. Empty: the images have classes.
  [[nodiscard]] virtual const std::vector<std::string>& value_names() const {
    static const std::vector<std::string> none;
    return none;
  }
  /// The regression values of image i, finite, one per name; empty: none. Valid as long as the
  /// source.
  [[nodiscard]] virtual std::span<const double> values(std::int64_t /*i*/) const { return {}; }
  /// Whether image i has a label or values.
  [[nodiscard]] bool labelled(std::int64_t i) const { return label(i) >= 0 || !values(i).empty(); }
  /// The number of network outputs: one per class or one per regression value.
  [[nodiscard]] std::int64_t outputs() const {
    return std::ssize(value_names().empty() ? classes() : value_names());
  }
  /// Channels of the images that read() gives: 1 (grayscale) or 3 (RGB).
  [[nodiscard]] virtual int channels() const = 0;
  /// Reads image i into `into`, whose memory is reused: a view of pixels that are valid as long as
  /// the source, an image, or the bytes of a file that is decoded when its pixels are needed.
  /// Called from several threads at once, each with its own `into`. The message of an error need
  /// not name the image: where() does.
  virtual void read(std::int64_t i, io::Picture& into) const = 0;
  /// A copy of image i; for single images, where speed does not matter.
  [[nodiscard]] io::Image image(std::int64_t i) const {
    io::Picture picture;
    read(i, picture);
    io::Image image;
    picture.copy_to(image);
    return image;
  }
  /// Relative sampling weight of image i. It is 1 unless several sources are joined with weights.
  [[nodiscard]] virtual double weight(std::int64_t /*i*/) const { return 1; }
  /// Where image i comes from, for messages: a path, or "fashion-mnist train, image 12".
  [[nodiscard]] virtual std::string where(std::int64_t i) const = 0;
  /// Name of image i within its set, by which tables about images refer to it: the path of its file
  /// below the folder of the set, or as a manifest has it; its name in its shard; its index in an
  /// array. Where the set lies, which other images are used and in which order do not matter. A
  /// source without such names has where().
  [[nodiscard]] virtual std::string name(std::int64_t i) const { return where(i); }
  /// Hash of what identifies the images without reading their files: the classes or names of
  /// values, the channels, and in their order the names, labels or values and sizes in bytes of the
  /// files. For images that are an array in memory from the start (IDX, CIFAR) the pixels take the
  /// place of names and sizes. It is part of the fingerprint.
  [[nodiscard]] virtual std::string digest() const = 0;
  /// Hash of the stored bytes of image i: of its file, or of its pixels in an array. Nothing: they
  /// have not been read. It is not part of the fingerprint.
  [[nodiscard]] virtual std::optional<io::HashValue> content(std::int64_t /*i*/) const {
    return std::nullopt;
  }
};

/// A picture, table or shard under the path of a data set that is not read, or a folder of them.
struct Unread {
  std::string path;
  std::string reason;
  std::int64_t files = 1;  ///< number of such files, if it is a folder or an archive

  bool operator==(const Unread&) const = default;
};

/// The sets of one task. All have the same classes or names of values, and the same channels.
struct Dataset {
  std::shared_ptr<const Source> train;
  std::shared_ptr<const Source> validation;  ///< null: split it off the training set
  std::shared_ptr<const Source> test;        ///< null: none
  int height = 0;                            ///< of the images, if all have one size; else 0
  int width = 0;
  augment::Normalisation normalisation = {};  ///< the usual normalization of the set; empty:
                                              ///< unknown, to be measured
  std::vector<Unread> unread = {};            ///< sorted by path; see unread.h
};

}  // namespace temper::data
