#include "temper/imports/shared.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/imports/command.h"
#include "temper/recipe/text.h"

namespace temper::imports {
namespace {

constexpr std::int64_t kMostImages = 1 << 20;  // as data.batch_size

}  // namespace

std::int64_t Batches::all() const {
  for (const auto factor : {each, processes, accumulated})
    if (factor < 1 || factor > kMostImages)
      throw Error(Code::usage,
                  fmt::format("a batch of {} images, {} processes and {} accumulated batches; "
                              "expected numbers from 1 to {}",
                              each, processes, accumulated, kMostImages));
  const auto images = each * processes;
  if (images > kMostImages || images * accumulated > kMostImages)
    throw Error(Code::usage, fmt::format("a step has {} x {} x {} images; expected at most {}",
                                         each, processes, accumulated, kMostImages));
  return images * accumulated;
}

void set_batches(const Batches& batches, const model::Architecture& network, bool synchronized,
                 Draft& draft) {
  const auto all = batches.all();
  std::string from;
  if (all != batches.each)
    from = fmt::format(
        "{} images by {}{}", batches.each, processes_text(batches.processes),
        batches.accumulated > 1 ? fmt::format(", {} accumulated", batches.accumulated) : "");
  draft.whole("data.batch_size", all, from);
  const bool has_statistics = !std::holds_alternative<model::ConvNeXt>(network);
  const bool of_process = has_statistics && !synchronized && batches.processes > 1;
  const auto parts = batches.accumulated * (of_process ? batches.processes : 1);
  if (parts == 1) return;
  std::string why;
  if (has_statistics)
    why = fmt::format("BatchNorm's statistics are those of {}",
                      of_process ? "a process" : "an accumulated batch");
  draft.whole("data.micro_batches", parts, std::move(why));
  if (of_process)
    draft.differs("",
                  "BatchNorm's running statistics take a step for each micro-batch; in the "
                  "original one for each batch, by the images of the first process");
}

void set_source(std::string_view folder, Draft& draft) {
  if (folder.empty())
    draft.text("data.source", "data/imagenet", "not stated: set yours, data.source=FOLDER");
  else
    draft.text("data.source", folder);
}

void set_normalization(const std::vector<double>& mean, const std::vector<double>& std,
                       Draft& draft) {
  draft.numbers("data.mean", mean);
  draft.numbers("data.std", std);
}

void set_head_dropout(double p, Draft& draft) {
  draft.set("model.dropout", fmt::format(R"([{{ kind = "dropout", at = "head", p = {} }}])",
                                         recipe::number_text(p)));
}

void set_drop_path(double rate, const model::Architecture& network, Draft& draft) {
  const auto* const mobile = std::get_if<model::MobileNetV3>(&network);
  const bool open = mobile != nullptr || std::holds_alternative<model::EfficientNet>(network);
  std::string from;
  if (mobile != nullptr) {
    // timm's EfficientNetBuilder counts the convolution behind the last block as a block.
    const int blocks = mobile->variant == model::MobileNetV3Variant::large ? 15 : 11;
    from = fmt::format("{} * {} / {}: timm counts the last convolution as a block",
                       recipe::number_text(rate), blocks, blocks + 1);
    rate = rate * blocks / (blocks + 1);
  }
  draft.set("model.stochastic_depth",
            fmt::format("{{ drop_path_rate = {}, rule = \"{}\", mode = \"sample\", scaling = "
                        "\"inverted\" }}",
                        recipe::number_text(rate), open ? "linear_open" : "linear_from_zero"),
            std::move(from));
}

void set_smoothing(double smoothing, Draft& draft) {
  draft.set("loss.label_smoothing", fmt::format("{{ smoothing = {}, form = \"uniform\" }}",
                                                recipe::number_text(smoothing)));
}

void set_half_precision(const std::string& option, Draft& draft) {
  draft.text("precision", "auto");
  draft.differs(option,
                "the original computes in float16 with scaled losses; temper in bf16 where "
                "that is faster, else in fp32");
}

void set_operations(std::vector<augment::Operation> operations, Draft& draft) {
  std::string text;
  for (auto& operation : operations)
    text += fmt::format("  {},\n", inline_table(view_of(operation)));
  draft.set("data.augment", "[\n" + text + "]");
}

std::size_t place_of(std::string_view name, std::span<const std::string_view> names,
                     const std::string& option) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    throw Error(Code::usage,
                fmt::format("{}: {}", option,
                            suggestion(name, {names.begin(), names.end()}, "expected one of")));
  return static_cast<std::size_t>(found - names.begin());
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::optional<std::int64_t> agreed(std::optional<std::int64_t> launched,
                                   std::optional<std::int64_t> stated) {
  if (launched && stated && *launched != *stated)
    throw Error(Code::usage, fmt::format("--processes is {}, but the command starts {}; expected "
                                         "one of them",
                                         *stated, *launched));
  return launched ? launched : stated;
}

std::string processes_text(std::int64_t processes) {
  return processes == 1 ? "one process" : fmt::format("{} processes", processes);
}

std::vector<std::string> one_text(const std::vector<std::string>& command) {
  const bool whole = command.size() == 1 && command.front().find(' ') != std::string::npos;
  return whole ? split_words(command.front()) : command;
}

}  // namespace temper::imports
