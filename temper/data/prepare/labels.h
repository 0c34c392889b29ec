#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

/// Other labels than those of a source: removed or replaced for experiments, or of other classes.
namespace temper::data {

/// The images of a classification source, with other labels.
class RelabeledSource : public Source {
 public:
  /// @param labels   one per image of `base`, each in [-1, classes)
  /// @param classes  names of the classes; empty: those of `base`
  RelabeledSource(std::shared_ptr<const Source> base, std::vector<std::int64_t> labels,
                  std::vector<std::string> classes = {});

  [[nodiscard]] std::int64_t size() const override { return base_->size(); }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return classes_.empty() ? base_->classes() : classes_;
  }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override {
    return labels_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] double weight(std::int64_t i) const override { return base_->weight(i); }
  [[nodiscard]] int channels() const override { return base_->channels(); }
  void read(std::int64_t i, io::Picture& into) const override { base_->read(i, into); }
  [[nodiscard]] std::string where(std::int64_t i) const override { return base_->where(i); }
  [[nodiscard]] std::string name(std::int64_t i) const override { return base_->name(i); }
  [[nodiscard]] std::string digest() const override;
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const override {
    return base_->content(i);
  }

 private:
  std::shared_ptr<const Source> base_;
  std::vector<std::int64_t> labels_;
  std::vector<std::string> classes_;
};

/// The images of a classification source, with labels of other classes, found by the names of
/// their own: to evaluate a network of these classes.
/// @param classes  distinct names, in the order of the labels
/// @return the source itself if these are its classes
/// @throws Error{Code::usage} where the source has a class that is not among them
std::shared_ptr<const Source> with_classes(std::shared_ptr<const Source> source,
                                           const std::vector<std::string>& classes);

/// Keeps the labels of that fraction of the images of every class, to within one image (see
/// nested_counts(), so the total is exact) and at least one per class, or the regression values of
/// that fraction of all images. The other images become unlabeled. The labels that a smaller
/// fraction keeps are a subset of those that a larger one keeps, whatever the classes' sizes.
/// @param share  in (0, 1]; 1: the source itself
std::shared_ptr<const Source> keep_labels(std::shared_ptr<const Source> source, double share,
                                          std::uint64_t seed);

/// Keeps `count` labels, the same number in every class. The other images become unlabeled. The
/// labels that a smaller number keeps are a subset of those that a larger one keeps.
/// @param count  0: the source itself
/// @throws Error{Code::usage} for a number that is no multiple of that of the classes, that a class
/// has too few labeled images for, and for a source of values
std::shared_ptr<const Source> keep_label_count(std::shared_ptr<const Source> source,
                                               std::int64_t count, std::uint64_t seed);

/// The images of a source without their labels: all of them, or those alone that have none; null if
/// there is no image.
/// @param all  also those that have a label
std::shared_ptr<const Source> unlabelled_images(std::shared_ptr<const Source> source, bool all);

/// A label that was replaced by label noise.
struct ReplacedLabel {
  std::int64_t image = 0;  ///< index in the source
  std::int64_t was = 0;
  std::int64_t is = 0;
  bool operator==(const ReplacedLabel&) const = default;
};

struct NoisyLabels {
  std::shared_ptr<const Source> source;
  std::vector<ReplacedLabel> replaced;  ///< sorted by image
};

/// Symmetric label noise (Han et al. 2018, Co-teaching, arXiv:1804.06872): round(share * n) of the
/// n labeled images are given one of the other classes, chosen uniformly, so that none of them
/// keeps its label. The replacements of a smaller fraction are a subset of those of a larger one.
/// @param share  in [0, 1]; 0: the source itself
/// @throws Error{Code::usage} for a fraction outside this range, and for fewer than two classes
NoisyLabels replace_labels(std::shared_ptr<const Source> source, double share, std::uint64_t seed);

/// The images that have a label or values: the source itself if all have, null if none has.
std::shared_ptr<const Source> labeled_images(std::shared_ptr<const Source> source);

}  // namespace temper::data
