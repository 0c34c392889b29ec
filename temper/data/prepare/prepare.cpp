#include "temper/data/prepare/prepare.h"

#include <fmt/format.h>

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
    if (split.validation.empty())
      throw Error(Code::usage, {.option = "data.validation"},
                  fmt::format("data.validation = {} of {} training images is less than one image; "
                              "use a larger fraction, or 0 for no validation set",
                              options.validation, dataset.train->size()));
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

}  // namespace

Prepared prepare(Dataset dataset, const Preparation& options, std::uint64_t seed) {
  if (options.limit < 0)
    throw Error(Code::usage, {.option = "data.limit"},
                fmt::format("data.limit = {}; expected 0 (all) or more", options.limit));
  Prepared result;
  if (const auto note = note_of(dataset.unread); !note.empty())
    result.notes.push_back(note + ". `temper data check` names all of them");
  split_validation(dataset, options, seed);
  auto train = dataset.train;
  if (options.limit > 0 && options.limit < train->size())
    train = std::make_shared<Subset>(train, random_rows(train->size(), options.limit, seed));
  train = with_labels(keep_labels(train, options.labelled, seed), "training", result.notes);
  if (!train)
    throw Error(
        Code::data, {.image = dataset.train->where(0)},
        fmt::format("no training image has a {}",
                    dataset.train->classes().empty() ? "value; training needs images that have one"
                                                     : "label; a classifier needs labeled images"));
  auto noisy = replace_labels(train, options.label_noise, seed);
  dataset.train = noisy.source;
  result.replaced = std::move(noisy.replaced);
  dataset.validation = with_labels(dataset.validation, "validation", result.notes);
  dataset.test = with_labels(dataset.test, "test", result.notes);
  result.sets = std::move(dataset);
  return result;
}

}  // namespace temper::data
