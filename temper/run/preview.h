#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "temper/augment/pipeline/applier.h"
#include "temper/io/image/image.h"
#include "temper/train/plan.h"

/// A preview of a recipe: what its network will see.
namespace temper::run {

struct PreviewOptions {
  std::int64_t pictures = 6;  ///< >= 1; randomly chosen by the recipe's seed
  std::int64_t epochs = 6;    ///< >= 1; of the first picture
  /// In place of random pictures: the name of a training image as the plan's Source::where() has
  /// it, its number in the training set, or an image file.
  std::vector<std::string> images = {};
};

/// A picture of a preview with what is written below it.
struct PreviewPicture {
  io::Image image;                        ///< made smaller where it would be too large for a page
  std::string where;                      ///< as Source::where(), or a file
  std::string title;                      ///< its class or values, or the epoch
  std::vector<std::string> lines;         ///< its name and size, or what was done to it
  std::int64_t epoch = 0;                 ///< from 1, whose random draws were used; 0: none
  std::vector<augment::Trace> augment{};  ///< of the operations on it
};

struct PreviewRow {
  std::string title;   ///< "random_apply > flip"; may be empty
  std::string option;  ///< of the recipe: "data.augment.2.operations.0"; may be empty
  std::vector<PreviewPicture> pictures;
};

struct PreviewSection {
  std::string id;     ///< "originals", "operations", "chain", "epochs", "mixing" or
                      ///< "unlabelled"
  std::string title;  ///< of the section
  std::string about;  ///< one or two sentences
  std::vector<PreviewRow> rows;
};

struct Preview {
  std::string name;  ///< of the recipe
  std::vector<PreviewSection> sections;
};

/// Applies the recipe's augmentation to pictures of the training set with the draws of the run's
/// first epochs, as its loader will: schedules have their values at the first step of an epoch. An
/// operation alone is shown in the first epoch in which it changes the picture. Unreadable images
/// are passed over where the recipe skips them.
///
/// Throws Error: usage for an image that is neither in the training set nor a file, and as the
/// loader does for an image that can't be read or augmented, which it names.
Preview preview(const train::Plan& plan, const PreviewOptions& options = {});

/// Without the pixels.
nlohmann::ordered_json to_json(const Preview& preview);

}  // namespace temper::run
