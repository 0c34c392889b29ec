#include "temper/imports/timm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/imports/args_file.h"
#include "temper/imports/command.h"
#include "temper/imports/draft.h"
#include "temper/imports/mixing.h"
#include "temper/imports/shared.h"
#include "temper/imports/timm_augment.h"
#include "temper/imports/timm_data.h"
#include "temper/imports/timm_optimizer.h"
#include "temper/imports/timm_options.h"
#include "temper/imports/timm_schedule.h"
#include "temper/model/architecture.h"
#include "temper/model/timm_names.h"
#include "temper/recipe/text.h"

namespace temper::imports {
namespace {

model::Architecture network_of(const Arguments& arguments) {
  const auto name = arguments.text("model");
  if (auto found = model::architecture_of(name)) return *std::move(found);
  throw Error(Code::usage,
              fmt::format("{}: temper has no such network; {}", arguments.written("model"),
                          suggestion(name.substr(0, name.find('.')), model::timm_names(),
                                     "of timm's it has")));
}

/// How images are read for the network, with a remark where its tag is not the default one.
TimmData data_of(const Arguments& arguments, Draft& draft) {
  const auto name = arguments.text("model");
  const auto known = timm_data_of(name);
  const auto dot = name.find('.');
  const bool other_tag =
      dot != std::string::npos && std::string_view(name).substr(dot + 1) != default_tag_of(name);
  if (!known || other_tag)
    draft.differs(arguments.written("model"),
                  fmt::format("size, crop and normalization of these weights are not known here; "
                              "those of {} are used where the command does not state them",
                              known ? "the network's default weights" : "most networks"));
  if (const auto input = arguments.reals("input_size"); !input.empty() && input.front() != 3)
    draft.drops(arguments.written("input_size"),
                "images are read with the channels that the data set has");
  return resolved(known.value_or(TimmData{}), arguments);
}

/// Rates of the network's random layers. timm drops single images, and scales the others up.
void set_random_layers(const Arguments& arguments, const model::Architecture& network,
                       Draft& draft) {
  if (const double p = arguments.number("drop"); p > 0) set_head_dropout(p, draft);
  auto path = arguments.real("drop_path");
  if (const auto connect = arguments.real("drop_connect"); connect && !path) {
    path = connect;
    draft.differs(arguments.written("drop_connect"),
                  "read as --drop-path, as by timm's earlier versions; 1.0.31 ignores it");
  }
  if (path && *path > 0) set_drop_path(*path, network, draft);
  if (const auto pool = arguments.text("gp"); !pool.empty() && pool != "avg" && pool != "fast")
    draft.drops(arguments.written("gp"), "temper's networks end with average pooling");
}

void set_model(const Arguments& arguments, model::Architecture network, Draft& draft) {
  draft.technique("model", view_of(network));
  set_random_layers(arguments, network, draft);
}

/// Weights to start from. A checkpoint is loaded after, and so instead of, pretrained weights, of
/// which timm never keeps the last layer where they are a file.
void set_pretrained(const Arguments& arguments, Draft& draft) {
  const auto path = arguments.text("pretrained_path");
  const bool pretrained = arguments.flag("pretrained");
  if (const auto checkpoint = arguments.text("initial_checkpoint"); !checkpoint.empty()) {
    draft.text("pretrained.from", checkpoint);
  } else if (pretrained && path.empty()) {
    draft.drops(arguments.written("pretrained"),
                "temper downloads no weights: name a file or folder of them as pretrained.from");
  } else if (pretrained) {
    draft.text("pretrained.from", path);
    draft.differs(arguments.written("pretrained_path"),
                  "the last layer is that of the weights, or zero where their number of classes "
                  "differs; timm draws a new one");
  } else if (!path.empty()) {
    draft.drops(arguments.written("pretrained_path"),
                "timm does not use it without --pretrained either");
  }
}

/// timm's create_loader() refuses to repeat images in a training by one process.
void set_sampling(const Arguments& arguments, std::int64_t processes, Draft& draft) {
  const double repeats = arguments.number("aug_repeats");
  if (repeats <= 0) return;
  if (processes == 1)
    draft.drops(arguments.written("aug_repeats"),
                "timm repeats images in a training by several processes alone; name their number "
                "as --processes");
  else if (repeats >= 2 && repeats == std::floor(repeats))
    draft.set("data.sampling",
              fmt::format("{{ kind = \"repeated\", num_repeats = {} }}", std::llround(repeats)));
  else
    draft.drops(arguments.written("aug_repeats"),
                "images are repeated a whole number of times, at least twice");
}

void set_data(const Arguments& arguments, const TimmData& data, std::int64_t processes,
              Draft& draft) {
  auto folder = arguments.text("data_dir");
  if (folder.empty()) folder = arguments.text("data");
  set_source(folder, draft);
  draft.whole("data.size", data.size);
  set_normalization(data.mean, data.std, draft);
  set_timm_augment(arguments, data, draft);
  set_sampling(arguments, processes, draft);
  draft.number("evaluation.crop_ratio", data.crop_pct);
  draft.text("evaluation.interpolation", data.interpolation);
}

void set_precision(const Arguments& arguments, Draft& draft) {
  const auto type = arguments.text("model_dtype");
  if (!type.empty() && type != "float32")
    draft.differs(arguments.written("model_dtype"),
                  "parameters stay in float32; layers compute in bf16");
  const bool amp =
      arguments.flag("amp") || arguments.flag("native_amp") || arguments.flag("apex_amp");
  if (type == "bfloat16" || (amp && arguments.text("amp_dtype") == "bfloat16"))
    draft.text("precision", "bf16");
  else if (amp || type == "float16")
    set_half_precision(amp ? arguments.written("amp") : arguments.written("model_dtype"), draft);
  else
    draft.text("precision", "fp32");
}

void set_averaging(const Arguments& arguments, Draft& draft) {
  if (!arguments.flag("model_ema")) return;
  const auto decay = recipe::number_text(arguments.number("model_ema_decay"));
  if (arguments.flag("model_ema_warmup"))
    draft.set("averaging",
              fmt::format(R"([{{ kind = "ema", decay = {}, warmup = "timm" }}])", decay));
  else
    draft.set("averaging",
              fmt::format("[{{ kind = \"ema\", decay = {{ schedule = \"constant\", value = {}, "
                          "warmup = {{ steps = 1, start = 0.0, form = \"constant\" }} }} }}]",
                          decay),
              "timm's first update copies the weights");
}

void set_loss(const Arguments& arguments, Draft& draft) {
  const bool views = arguments.flag("jsd_loss") || arguments.flag("jsd");
  const bool mixes = !arguments.is_standard("mixup") || !arguments.is_standard("cutmix") ||
                     !arguments.is_standard("cutmix_minmax");
  const double smoothing = arguments.number("smoothing");
  // Without smoothing and mixing timm has cross-entropy in any case.
  const bool binary = arguments.flag("bce_loss") && !views && (smoothing > 0 || mixes);
  draft.text("loss.kind", binary ? "bce" : "cross_entropy");
  if (smoothing > 0) set_smoothing(smoothing, draft);
  if (!binary) return;
  const auto threshold = arguments.real("bce_target_thresh");
  draft.number("loss.target_threshold", threshold.value_or(-1));
  draft.flag("loss.sum_classes", arguments.flag("bce_sum"));
}

}  // namespace

Imported translated_from_timm(const Arguments& arguments, std::int64_t processes) {
  Draft draft;
  const auto network = network_of(arguments);
  const auto data = data_of(arguments, draft);
  const Batches batches{
      .each = arguments.count("batch_size"),
      .processes = processes,
      .accumulated = std::max<std::int64_t>(1, arguments.count("grad_accum_steps"))};
  draft.text("name", arguments.text("model"));
  draft.whole("seed", arguments.count("seed"));
  set_precision(arguments, draft);
  set_data(arguments, data, processes, draft);
  set_batches(batches, network, arguments.flag("sync_bn"), draft);
  if (batches.accumulated > 1)
    draft.differs(arguments.written("grad_accum_steps"),
                  "the images at an epoch's end that do not fill a step are left out; timm leaves "
                  "out those that do not fill a batch of its loader, and takes a last step with "
                  "the batches that remain");
  set_model(arguments, network, draft);
  set_pretrained(arguments, draft);
  set_timm_optimizer(arguments, draft);
  set_timm_schedule(arguments, batches.all(), draft);
  set_averaging(arguments, draft);
  set_timm_mixing(arguments, batches, draft);
  set_loss(arguments, draft);
  draft.drop_lacking(arguments);
  return draft.finished(fmt::format(
      "The training of timm's train.py (1.0.31) with {}, by {}: made by temper import. Draws of "
      "random numbers differ; the distributions they are from do so where a remark says it.",
      arguments.written("model"), processes_text(processes)));
}

Imported import_timm(const std::vector<std::string>& command,
                     std::optional<std::int64_t> processes) {
  const auto launch = separated(one_text(command));
  Arguments arguments(timm_script());
  arguments.read(launch.arguments);
  return translated_from_timm(arguments, agreed(launch.processes, processes).value_or(1));
}

Imported import_timm_file(std::string_view text, const std::string& name,
                          const std::vector<std::string>& changes,
                          std::optional<std::int64_t> processes) {
  Arguments arguments(timm_script());
  read_args(text, name, arguments);
  arguments.read(one_text(changes));
  return translated_from_timm(arguments, processes.value_or(1));
}

}  // namespace temper::imports
