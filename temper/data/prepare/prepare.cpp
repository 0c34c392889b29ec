#include "temper/data/prepare/prepare.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/prepare/split.h"
#include "temper/data/sources/subset.h"
#include "temper/data/sources/unread.h"

namespace temper::data {
namespace {

void hold_out(Dataset& dataset, Split split) {
  dataset.validation = std::make_shared<Subset>(dataset.train, std::move(split.validation));
  dataset.train = std::make_shared<Subset>(dataset.train, std::move(split.train));
}

[[noreturn]] void refuse_unlabelled(const Source& train) {
  throw Error(Code::data, {.image = train.where(0)},
              fmt::format("no training image has a {}",
                          train.classes().empty() ? "value; training needs images that have one"
                                                  : "label; a classifier needs labeled images"));
}

/// Says why that fraction of the training set is no image.
[[noreturn]] void refuse_validation(const std::shared_ptr<const Source>& train, double fraction) {
  const auto labelled = labeled_images(train);
  if (!labelled) refuse_unlabelled(*train);
  const auto images =
      fmt::format("data.validation = {} of {} training images{}", fraction, labelled->size(),
                  labelled->size() == train->size() ? "" : " with a label");
  const bool rounds_to_none = std::llround(fraction * static_cast<double>(labelled->size())) == 0;
  throw Error(
      Code::usage, {.option = "data.validation"},
      images + (rounds_to_none
                    ? " is less than one image; use a larger fraction, or 0 for no validation set"
                    : ": no class has two, and the only one stays in training; use 0 for no "
                      "validation set"));
}

void split_validation(Dataset& dataset, const Preparation& options, std::uint64_t seed) {
  if (options.folds != 0) {
    if (dataset.validation)
      throw Error(Code::usage, {.option = "data.folds"},
                  fmt::format("data.folds = {} for data with a validation set of its own; remove "
                              "data.folds, or set data.source to the training set alone",
                              options.folds));
    hold_out(dataset, fold_split(*dataset.train, options.folds, options.fold, seed));
  } else if (!dataset.validation && options.validation != 0) {
    auto split = stratified_split(*dataset.train, options.validation, seed);
    if (split.validation.empty()) refuse_validation(dataset.train, options.validation);
    hold_out(dataset, std::move(split));
  }
}

/// The labeled images of a set, with a note if there are others.
std::shared_ptr<const Source> with_labels(const std::shared_ptr<const Source>& set,
                                          std::string_view name, std::vector<std::string>& notes) {
  if (!set) return nullptr;
  auto labelled = labeled_images(set);
  const auto left_out = set->size() - (labelled ? labelled->size() : 0);
  if (left_out > 0)
    notes.push_back(fmt::format("{} of the {} {} images have no {} and are left out{}", left_out,
                                set->size(), name, set->classes().empty() ? "value" : "label",
                                labelled ? "" : ", so that there is no such set"));
  return labelled;
}

/// The training set with the labels that are kept.
std::shared_ptr<const Source> with_kept_labels(std::shared_ptr<const Source> train,
                                               const Preparation& options, std::uint64_t seed) {
  if (options.labels == 0) return keep_labels(std::move(train), options.labelled, seed);
  if (options.labelled != 1)
    throw Error(Code::usage, {.option = "data.labels"},
                fmt::format("data.labels = {} and data.labelled = {}; give the number or the "
                            "fraction of the labels that are kept",
                            options.labels, options.labelled));
  return keep_label_count(std::move(train), options.labels, seed);
}

/// The unlabeled images of the training set, in a set of their own.
std::shared_ptr<const Source> unlabelled_set(const std::shared_ptr<const Source>& train,
                                             const Preparation& options) {
  if (!unlabelled_images(train, /*all=*/false))
    throw Error(Code::usage, {.option = "semi"},
                fmt::format("semi needs unlabeled images, and all {} training images have a label; "
                            "give data with unlabeled images (a table with rows without a "
                            "label), or keep some labels only, as in data.labels = {}",
                            train->size(), 10 * train->classes().size()));
  return unlabelled_images(train, options.include_labelled);
}

}  // namespace

Prepared prepare(Dataset dataset, const Preparation& options, std::uint64_t seed) {
  if (options.limit < 0)
    throw Error(Code::usage, {.option = "data.limit"},
                fmt::format("data.limit = {}; expected 0 (all) or more", options.limit));
  Prepared result;
  if (const auto note = note_of(dataset.unread); !note.empty())
    result.notes.push_back(note + ". `temper data check` names all of them");
  split_validation(dataset, options, options.split_seed.value_or(seed));
  auto train = dataset.train;
  if (options.limit > 0 && options.limit < train->size())
    train = std::make_shared<Subset>(train, random_rows(train->size(), options.limit, seed));
  train = with_kept_labels(train, options, seed);
  if (options.unlabelled) {
    result.unlabelled = unlabelled_set(train, options);
    train = labeled_images(train);
  } else {
    train = with_labels(train, "training", result.notes);
  }
  if (!train) refuse_unlabelled(*dataset.train);
  auto noisy = replace_labels(train, options.label_noise, seed);
  dataset.train = noisy.source;
  result.replaced = std::move(noisy.replaced);
  dataset.validation = with_labels(dataset.validation, "validation", result.notes);
  dataset.test = with_labels(dataset.test, "test", result.notes);
  result.sets = std::move(dataset);
  return result;
}

}  // namespace temper::data
