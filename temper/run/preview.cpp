#include "temper/run/preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "temper/augment/pipeline/operation.h"
#include "temper/augment/pipeline/trace_text.h"
#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/random.h"
#include "temper/data/prepare/readable.h"
#include "temper/run/preview_mixing.h"
#include "temper/run/trace_json.h"
#include "temper/train/harm.h"
#include "temper/train/values.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using augment::Operation;

constexpr std::int64_t kLongestSide = 512;  ///< of a picture that is shown
constexpr std::int64_t kEpochsTried = 50;   ///< until an operation changes a picture

/// The image, or a smaller one that fits a page.
io::Image fitting(const io::Image& image) {
  const std::int64_t longest = std::max(image.height, image.width);
  if (longest <= kLongestSide) return image;
  const auto scaled = [&](std::int64_t side) {
    return std::max<std::int64_t>(1, side * kLongestSide / longest);
  };
  augment::Frame frame;
  frame.begin(image);
  frame.resize({scaled(image.height), scaled(image.width)}, augment::Interpolation::bilinear);
  return frame.pixels();
}

std::string size_text(std::int64_t height, std::int64_t width) {
  return fmt::format("{} x {} pixels", height, width);
}

/// A picture of the training set, or of a file.
struct Chosen {
  std::int64_t sample = 0;  ///< index in the training set; of a file the number of its images
  std::string where;
  std::string target;
  bool file = false;
};

/// Indices of an operation in lists within lists.
using Place = std::vector<std::size_t>;

/// Calls `visit` with the place of each operation and, after it, of those that it holds.
void each_place(std::span<const Operation> operations, const Place& holder,
                const std::function<void(const Place&, const Operation&)>& visit) {
  for (std::size_t k = 0; k < operations.size(); ++k) {
    auto place = holder;
    place.push_back(k);
    visit(place, operations[k]);
    std::visit(
        [&](const auto& options) {
          if constexpr (requires { options.operations; })
            each_place(options.operations, place, visit);
        },
        operations[k]);
  }
}

/// The pictures of a preview, from the training set or from files.
class Pictures {
 public:
  explicit Pictures(const train::Plan& plan) : plan_(plan), train_(*plan.train) {}

  [[nodiscard]] std::vector<Chosen> choose(const PreviewOptions& options) const {
    std::vector<Chosen> chosen;
    for (const auto& image : options.images) chosen.push_back(named(image));
    if (!chosen.empty()) return chosen;
    const auto order = Random(plan_.training.seed, Purpose::inspect).permutation(train_.size());
    io::Picture memory;
    for (const auto i : order) {
      if (std::ssize(chosen) == options.pictures) break;
      if (!plan_.training.skip_bad || !data::read_error_of(train_, i, memory))
        chosen.push_back(of_set(i));
    }
    if (chosen.empty())
      throw Error(
          Code::data, {.image = train_.where(0)},
          fmt::format("none of the {} images of the training set can be read", train_.size()));
    return chosen;
  }

  void read(const Chosen& chosen, io::Picture& into) const {
    if (!chosen.file) return train_.read(chosen.sample, into);
    into.load(chosen.where, plan_.transform.decoding());
  }

 private:
  [[nodiscard]] Chosen of_set(std::int64_t i) const {
    return {i, train_.where(i), train::target_text(train_, i, plan_.scale)};
  }

  [[nodiscard]] Chosen named(const std::string& image) const {
    const auto number = parse_number<std::int64_t>(image);
    if (number && *number >= 0 && *number < train_.size()) return of_set(*number);
    for (std::int64_t i = 0; i < train_.size(); ++i)
      if (train_.where(i) == image) return of_set(i);
    if (fs::is_regular_file(image)) return {train_.size(), image, "", true};
    throw Error(Code::usage,
                fmt::format("--image {}: no such image in the training set, and no such file; "
                            "expected a number from 0 to {}, a name such as {}, or an image file",
                            image, train_.size() - 1, train_.where(0)));
  }

  const train::Plan& plan_;
  const data::Source& train_;
};

class Previewer {
 public:
  Previewer(const train::Plan& plan, const PreviewOptions& options)
      : plan_(plan), options_(options), pictures_(plan), chosen_(pictures_.choose(options)) {}

  Preview operator()() {
    Preview shown{plan_.recipe.name, {originals(), operations(), chain(), epochs()}};
    if (plan_.recipe.mixing)
      shown.sections.push_back(mixed_section(plan_, shown.sections.at(2).rows.front()));
    if (plan_.unlabelled) shown.sections.push_back(unlabelled());
    return shown;
  }

 private:
  [[nodiscard]] augment::Address address(const Chosen& chosen, std::int64_t epoch,
                                         std::size_t view) const {
    return address(plan_.training, chosen, epoch, view);
  }
  [[nodiscard]] static augment::Address address(const data::LoaderOptions& options,
                                                const Chosen& chosen, std::int64_t epoch,
                                                std::size_t view) {
    return {.seed = options.seed,
            .epoch = static_cast<std::uint64_t>(epoch),
            .sample = static_cast<std::uint64_t>(chosen.sample),
            .view = view};
  }

  /// The pipelines of the views at the first step of an epoch, from 0.
  [[nodiscard]] std::vector<augment::Pipeline> pipelines_at(std::int64_t epoch) const {
    return pipelines_at(plan_.training, epoch);
  }
  [[nodiscard]] std::vector<augment::Pipeline> pipelines_at(const data::LoaderOptions& options,
                                                            std::int64_t epoch) const {
    auto pipelines = data::pipelines_of(options);
    if (options.adapt) options.adapt(epoch * plan_.horizon.steps_per_epoch, pipelines);
    return pipelines;
  }

  /// Calls work(picture); errors name the image.
  template <class Work>
  auto with_picture(const Chosen& chosen, const Work& work) {
    try {
      pictures_.read(chosen, picture_);
      return work(picture_);
    } catch (...) {
      throw data::image_error(chosen.where);
    }
  }

  PreviewSection originals() {
    PreviewRow row;
    for (const auto& chosen : chosen_)
      row.pictures.push_back(with_picture(chosen, [&](io::Picture& picture) {
        io::Image image;
        picture.copy_to(image);
        return PreviewPicture{.image = fitting(image),
                              .where = chosen.where,
                              .title = chosen.target,
                              .lines = {fs::path(chosen.where).filename().string(),
                                        size_text(image.height, image.width)}};
      }));
    return {"originals",
            "Originals",
            "Pictures of the training set as they are stored.",
            {std::move(row)}};
  }

  PreviewSection operations() {
    PreviewSection section{"operations", "Each operation alone", "", {}};
    const auto& asked = plan_.recipe.data.augment;
    if (asked.empty()) {
      section.about = "The recipe has no augmentation (data.augment).";
      return section;
    }
    section.about = fmt::format(
        "With the draws of the first epoch, of {} at most, in which the operation changes the "
        "picture. Operations that take pictures of any size begin with the original, all others "
        "with what evaluation shows the network: {}.",
        kEpochsTried, size_text(plan_.evaluation.size.height, plan_.evaluation.size.width));
    each_place(asked, {}, [&](const Place& place, const Operation& operation) {
      section.rows.push_back(alone(place, operation));
    });
    return section;
  }

  /// @param place  in data.augment
  PreviewRow alone(const Place& place, const Operation& operation) {
    auto row = titled(place);
    auto in_view = place;
    in_view.front() += train::added_operations(plan_);
    for (const auto& chosen : chosen_)
      row.pictures.push_back(with_picture(chosen, [&](io::Picture& picture) {
        return first_change(chosen, in_view, beginning(picture, augment::fits_input(operation)));
      }));
    return row;
  }

  [[nodiscard]] PreviewRow titled(const Place& place) const {
    PreviewRow row{.title = "", .option = "data.augment", .pictures = {}};
    std::span<const Operation> list = plan_.recipe.data.augment;
    for (const auto& k : place) {
      const bool outermost = &k == place.data();
      row.title += fmt::format("{}{}", outermost ? "" : " > ", augment::operation_name(list[k]));
      row.option += fmt::format("{}.{}", outermost ? "" : ".operations", k);
      std::visit(
          [&](const auto& options) {
            if constexpr (requires { options.operations; }) list = options.operations;
          },
          list[k]);
    }
    return row;
  }

  /// The picture that an operation alone is applied to.
  io::Image beginning(io::Picture& picture, bool original) {
    if (!original) return data::pipelines_of(plan_.evaluation).front().pixels(picture, {}, frame_);
    io::Image image;
    picture.copy_to(image);
    return image;
  }

  PreviewPicture first_change(const Chosen& chosen, const Place& place, const io::Image& before) {
    PreviewPicture shown{.image = {}, .where = chosen.where, .title = "", .lines = {}};
    const auto view = plan_.training.views.size() - 1;
    for (std::int64_t epoch = 0; epoch < kEpochsTried; ++epoch) {
      auto pipeline = std::move(pipelines_at(epoch).back());
      shown.augment.clear();
      frame_.set_input(pipeline.input());
      frame_.begin(before);
      augment::Applier(address(chosen, epoch, view), frame_, &shown.augment)
          .only(pipeline.operations(), place);
      const auto& after = pipeline.pixels(frame_);
      if (after == before) continue;
      shown.image = fitting(after);
      shown.title = fmt::format("epoch {}", epoch + 1);
      shown.lines = augment::to_lines(shown.augment);
      shown.epoch = epoch + 1;
      return shown;
    }
    shown.image = fitting(before);
    shown.title = fmt::format("unchanged in {} epochs", kEpochsTried);
    shown.augment.clear();
    return shown;
  }

  PreviewSection chain() {
    PreviewSection section{"chain",
                           "All operations",
                           "What the network is given in the first "
                           "epoch, before normalization.",
                           {}};
    for (std::size_t view = 0; view < plan_.training.views.size(); ++view) {
      auto& row = section.rows.emplace_back(view_row(view));
      for (const auto& chosen : chosen_) {
        row.pictures.push_back(augmented(plan_.training, chosen, 0, view));
        row.pictures.back().title = chosen.target;
      }
    }
    return section;
  }

  /// The views of semi-supervised training.
  PreviewSection unlabelled() {
    PreviewSection section{
        "unlabelled",
        "Without a label",
        "What the network is given of images without a label (semi), here of the "
        "same pictures in the first epoch.",
        {}};
    const auto& options = plan_.training_unlabelled;
    const auto weak = static_cast<std::size_t>(semi::views_of(plan_.recipe.semi->method).weak);
    for (std::size_t view = 0; view < options.views.size(); ++view) {
      auto& row = section.rows.emplace_back(
          PreviewRow{.title = view < weak ? fmt::format("weak view {}", view + 1) : "strong view",
                     .option = view < weak ? "data.augment" : "semi.augment",
                     .pictures = {}});
      for (const auto& chosen : chosen_) {
        row.pictures.push_back(augmented(options, chosen, 0, view));
        row.pictures.back().title.clear();
      }
    }
    return section;
  }

  PreviewSection epochs() {
    const auto& first = chosen_.front();
    PreviewSection section{
        "epochs",
        "One picture in several epochs",
        fmt::format("What the network is given of {} at the first steps of {} epochs.", first.where,
                    options_.epochs),
        {}};
    for (std::size_t view = 0; view < plan_.training.views.size(); ++view) {
      auto& row = section.rows.emplace_back(view_row(view));
      for (std::int64_t epoch = 0; epoch < options_.epochs; ++epoch)
        row.pictures.push_back(augmented(plan_.training, first, epoch, view));
    }
    return section;
  }

  [[nodiscard]] PreviewRow view_row(std::size_t view) const {
    const bool several = plan_.training.views.size() > 1;
    return {.title = several ? fmt::format("view {}", view + 1) : "", .option = "", .pictures = {}};
  }

  /// A picture as the loader prepares it.
  PreviewPicture augmented(const data::LoaderOptions& options, const Chosen& chosen,
                           std::int64_t epoch, std::size_t view) {
    return with_picture(chosen, [&](io::Picture& picture) {
      const auto pipeline = pipelines_at(options, epoch).at(view);
      const auto where = address(options, chosen, epoch, view);
      values_.resize(static_cast<std::size_t>(pipeline.sample_size()));
      pipeline(picture, where, frame_, values_.data());  // throws what the loader would
      PreviewPicture shown{.image = {},
                           .where = chosen.where,
                           .title = fmt::format("epoch {}", epoch + 1),
                           .lines = {},
                           .epoch = epoch + 1,
                           .augment = pipeline.trace(picture, where, frame_)};
      shown.image = fitting(pipeline.pixels(frame_));
      shown.lines = augment::to_lines(shown.augment);
      return shown;
    });
  }

  const train::Plan& plan_;
  const PreviewOptions& options_;
  Pictures pictures_;
  std::vector<Chosen> chosen_;
  io::Picture picture_;
  augment::Frame frame_;
  std::vector<float> values_;
};

nlohmann::ordered_json json_of(const PreviewPicture& picture) {
  nlohmann::ordered_json object = {{"where", picture.where}, {"title", picture.title}};
  if (picture.epoch > 0) {
    object["epoch"] = picture.epoch;
    object["augment"] = to_json(picture.augment);
  }
  return object;
}

nlohmann::ordered_json json_of(const PreviewRow& row) {
  auto object = nlohmann::ordered_json::object();
  if (!row.title.empty()) object["title"] = row.title;
  if (!row.option.empty()) object["option"] = row.option;
  object["pictures"] = nlohmann::ordered_json::array();
  for (const auto& picture : row.pictures) object["pictures"].push_back(json_of(picture));
  return object;
}

}  // namespace

Preview preview(const train::Plan& plan, const PreviewOptions& options) {
  return Previewer(plan, options)();
}

nlohmann::ordered_json to_json(const Preview& preview) {
  auto object = nlohmann::ordered_json{{"name", preview.name}};
  for (const auto& section : preview.sections) {
    auto& rows = object[section.id] = nlohmann::ordered_json::array();
    for (const auto& row : section.rows) rows.push_back(json_of(row));
  }
  return object;
}

}  // namespace temper::run
