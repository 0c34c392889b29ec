#include "temper/imports/torchvision.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "temper/augment/pipeline/fit.h"
#include "temper/augment/pipeline/operation.h"
#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/imports/command.h"
#include "temper/imports/draft.h"
#include "temper/imports/mixing.h"
#include "temper/imports/schedule_text.h"
#include "temper/imports/shared.h"
#include "temper/imports/timm_data.h"
#include "temper/imports/torchvision_options.h"
#include "temper/model/architecture.h"
#include "temper/model/timm_names.h"
#include "temper/recipe/text.h"

namespace temper::imports {
namespace {

/// A network of torchvision's, and what its class sets by default.
struct Network {
  std::string_view name;
  std::string_view timm;  ///< the same network's name in timm
  double dropout = 0;
  double stochastic_depth = 0;
};

constexpr std::array kNetworks{
    Network{"resnet18", "resnet18"},
    Network{"resnet34", "resnet34"},
    Network{"resnet50", "resnet50"},
    Network{"resnet101", "resnet101"},
    Network{"resnet152", "resnet152"},
    Network{"resnext50_32x4d", "resnext50_32x4d"},
    Network{"resnext101_32x8d", "resnext101_32x8d"},
    Network{"resnext101_64x4d", "resnext101_64x4d"},
    Network{"wide_resnet50_2", "wide_resnet50_2"},
    Network{"wide_resnet101_2", "wide_resnet101_2"},
    Network{"efficientnet_b0", "efficientnet_b0", 0.2, 0.2},
    Network{"efficientnet_b1", "efficientnet_b1", 0.2, 0.2},
    Network{"efficientnet_b2", "efficientnet_b2", 0.3, 0.2},
    Network{"efficientnet_b3", "efficientnet_b3", 0.3, 0.2},
    Network{"efficientnet_b4", "efficientnet_b4", 0.4, 0.2},
    Network{"convnext_tiny", "convnext_tiny", 0, 0.1},
    Network{"convnext_small", "convnext_small", 0, 0.4},
    Network{"convnext_base", "convnext_base", 0, 0.5},
    Network{"convnext_large", "convnext_large", 0, 0.5},
};

const Network& network_of(const Arguments& arguments) {
  const auto name = arguments.text("model");
  const auto* const found = std::ranges::find(kNetworks, name, &Network::name);
  if (found != kNetworks.end()) return *found;
  std::vector<std::string_view> names;
  for (const auto& network : kNetworks) names.push_back(network.name);
  throw Error(Code::usage,
              fmt::format("{}: temper has no such network; {}", arguments.written("model"),
                          suggestion(name, names, "of torchvision's it has")));
}

model::Architecture architecture_of(const Network& network) {
  auto found = model::architecture_of(network.timm);
  if (!found) throw Error(Code::internal, fmt::format("{} has no architecture", network.timm));
  // torchvision's blocks do not start as the identity.
  if (auto* resnet = std::get_if<model::ResNet>(&*found)) resnet->zero_init_last = false;
  return *std::move(found);
}

void set_model(const Network& network, model::Architecture architecture, Draft& draft) {
  draft.technique("model", view_of(architecture));
  if (network.dropout > 0) set_head_dropout(network.dropout, draft);
  if (network.stochastic_depth > 0) set_drop_path(network.stochastic_depth, architecture, draft);
  if (std::holds_alternative<model::EfficientNet>(architecture))
    draft.differs("",
                  "initial weights are drawn from the distributions that timm has for this "
                  "network, torchvision's are others");
}

std::string interpolation_of(const Arguments& arguments) {
  auto name = arguments.text("interpolation");
  const std::vector<std::string_view> known{"nearest", "bilinear", "bicubic"};
  if (std::ranges::find(known, name) == known.end())
    throw Error(Code::usage, fmt::format("{}: {}", arguments.written("interpolation"),
                                         suggestion(name, known, "expected one of")));
  return name;
}

/// The policy of --auto-augment (references/classification/presets.py).
augment::Operation policy_of(const Arguments& arguments, const std::string& name) {
  const auto interpolation = named<augment::PolicyInterpolation>(
      interpolation_of(arguments), arguments.written("interpolation"));
  if (name == "ra")
    return augment::RandAugment{.magnitude = static_cast<double>(arguments.count("ra_magnitude")),
                                .dialect = augment::RandAugmentDialect::torchvision,
                                .interpolation = interpolation};
  if (name == "ta_wide") return augment::TrivialAugmentWide{.interpolation = interpolation};
  if (name == "augmix")
    return augment::AugMix{.dialect = augment::AugMixDialect::torchvision,
                           .severity = static_cast<double>(arguments.count("augmix_severity")),
                           .all_ops = true,
                           .interpolation = interpolation};
  using augment::AutoAugmentPolicy;
  constexpr std::array<std::pair<std::string_view, AutoAugmentPolicy>, 3> lists{
      {{"imagenet", AutoAugmentPolicy::imagenet},
       {"cifar10", AutoAugmentPolicy::cifar10},
       {"svhn", AutoAugmentPolicy::svhn}}};
  for (const auto& [list, policy] : lists)
    if (list == name)
      return augment::AutoAugment{.policy = policy,
                                  .dialect = augment::AutoAugmentDialect::torchvision,
                                  .interpolation = interpolation};
  throw Error(
      Code::usage,
      fmt::format("{}: {}", arguments.written("auto_augment"),
                  suggestion(name, {"ra", "ta_wide", "augmix", "imagenet", "cifar10", "svhn"},
                             "expected one of")));
}

void set_augment(const Arguments& arguments, Draft& draft) {
  std::vector<augment::Operation> operations{
      augment::RandomResizedCrop{
          .interpolation = named<augment::CropInterpolation>(interpolation_of(arguments),
                                                             arguments.written("interpolation"))},
      augment::Flip{}};
  if (const auto name = arguments.text("auto_augment"); !name.empty())
    operations.push_back(policy_of(arguments, name));
  if (const double p = arguments.number("random_erase"); p > 0)
    operations.emplace_back(augment::RandomErasing{.p = p, .scale_high = 0.33, .ratio_high = 3.3});
  set_operations(std::move(operations), draft);
}

/// The ratio for which evaluation resizes the shorter side to `resize` before it crops.
double crop_ratio(std::int64_t crop, std::int64_t resize) {
  double ratio = static_cast<double>(crop) / static_cast<double>(resize);
  if (augment::resize_side({crop, crop}, ratio) < resize) ratio = std::nextafter(ratio, 0.0);
  return ratio;
}

void set_evaluation(const Arguments& arguments, std::int64_t train_crop, Draft& draft) {
  const auto crop = arguments.count("val_crop_size");
  const auto resize = arguments.count("val_resize_size");
  if (crop < 1 || resize < 1)
    throw Error(Code::usage, fmt::format("{} {}; expected sizes of at least 1",
                                         arguments.written("val_resize_size"),
                                         arguments.written("val_crop_size")));
  if (crop != train_crop) draft.whole("evaluation.size", crop);
  if (crop <= resize)
    draft.number("evaluation.crop_ratio", crop_ratio(crop, resize),
                 fmt::format("{} of {}", crop, resize));
  else
    draft.drops(arguments.written("val_resize_size"),
                "a crop that is larger than the image; evaluation.crop_ratio is at most 1");
  draft.text("evaluation.interpolation", interpolation_of(arguments));
}

/// The script has a RASampler in distributed training alone.
void set_sampling(const Arguments& arguments, bool distributed, Draft& draft) {
  if (!arguments.flag("ra_sampler")) return;
  if (distributed)
    draft.set("data.sampling", fmt::format("{{ kind = \"repeated\", num_repeats = {} }}",
                                           arguments.count("ra_reps")));
  else
    draft.drops(arguments.written("ra_sampler"),
                "the script does not use it in a training by one process without torchrun either; "
                "name the number of processes as --processes");
}

void set_data(const Arguments& arguments, bool distributed, Draft& draft) {
  set_source(arguments.text("data_path"), draft);
  const auto size = arguments.count("train_crop_size");
  draft.whole("data.size", size);
  const TimmData normalized;  // by ImageNet's mean and deviation, as most of timm's networks
  set_normalization(normalized.mean, normalized.std, draft);
  set_augment(arguments, draft);
  set_sampling(arguments, distributed, draft);
  set_evaluation(arguments, size, draft);
  if (lower(arguments.text("backend")) != "pil")
    draft.differs(arguments.written("backend"), "operations have the pixels of Pillow's images");
}

/// Parameters that the script decays by other coefficients (references/classification/utils.py).
void set_decays(const Arguments& arguments, const model::Architecture& network, Draft& draft) {
  const double decay = arguments.number("weight_decay");
  draft.number("optimizer.weight_decay", decay);
  const auto of_norms = arguments.real("norm_weight_decay");
  const auto of_biases = arguments.real("bias_weight_decay");
  if (!of_norms && !of_biases) return draft.flag("parameters.decay_all", true);
  const auto set = [&](std::string_view path, std::string_view dest, double own) {
    if (decay > 0) return draft.number(path, own / decay);
    draft.number(path, 0);
    if (own > 0)
      draft.drops(arguments.written(dest),
                  "decay_factor is a multiple of weight_decay, which is 0");
  };
  set("parameters.bias.decay_factor", "bias_weight_decay", of_biases.value_or(decay));
  set("parameters.norm.decay_factor", "norm_weight_decay", of_norms.value_or(decay));
  if (of_biases && *of_biases != of_norms.value_or(decay))
    draft.differs(arguments.written("bias_weight_decay"),
                  "the shifts of normalization layers decay as their scales do; torchvision's as "
                  "biases");
  if (of_norms && *of_norms != decay && std::holds_alternative<model::ConvNeXt>(network))
    draft.differs(arguments.written("norm_weight_decay"),
                  "the layer scales of ConvNeXt's blocks decay as the scales of normalization "
                  "layers do; torchvision's as weights");
}

void set_optimizer(const Arguments& arguments, const model::Architecture& network, Draft& draft) {
  const auto name = lower(arguments.text("opt"));
  if (name.starts_with("sgd")) {
    draft.text("optimizer.kind", "sgd");
    draft.number("optimizer.momentum", arguments.number("momentum"));
    draft.flag("optimizer.nesterov", name.find("nesterov") != std::string::npos);
  } else if (name == "rmsprop") {
    draft.text("optimizer.kind", "rmsprop");
    draft.number("optimizer.momentum", arguments.number("momentum"));
    draft.number("optimizer.alpha", 0.9);
    draft.number("optimizer.eps", 0.0316);
  } else if (name == "adamw") {
    draft.text("optimizer.kind", "adamw");
    draft.number("optimizer.beta1", 0.9);
    draft.number("optimizer.beta2", 0.999);
    draft.number("optimizer.eps", 1e-8);
  } else {
    throw Error(Code::usage,
                fmt::format("{}: the script has no such optimizer; {}", arguments.written("opt"),
                            suggestion(name, {"sgd", "sgd_nesterov", "rmsprop", "adamw"},
                                       "expected one of")));
  }
  set_decays(arguments, network, draft);
  if (const auto limit = arguments.real("clip_grad_norm")) {
    draft.text("clip.kind", "norm");
    draft.number("clip.max_norm", *limit);
  }
}

std::string warmup_text(const Arguments& arguments, double peak, std::int64_t epochs) {
  const auto method = arguments.text("lr_warmup_method");
  if (method != "linear" && method != "constant")
    throw Error(Code::usage,
                fmt::format("{}: {}", arguments.written("lr_warmup_method"),
                            suggestion(method, {"linear", "constant"}, "expected one of")));
  return fmt::format("warmup = {{ {}, {}{} }}", assigned("epochs", static_cast<double>(epochs)),
                     assigned("start", peak * arguments.number("lr_warmup_decay")),
                     method == "constant" ? ", form = \"constant\"" : "");
}

/// The schedulers are stepped after every epoch, the main one from the end of the warm-up on.
void set_schedule(const Arguments& arguments, Draft& draft) {
  const auto epochs = arguments.count("epochs");
  const double peak = arguments.number("lr");
  const auto name = lower(arguments.text("lr_scheduler"));
  Curve curve{.options = {assigned("peak", peak)}};
  if (name == "steplr") {
    curve.kind = "step";
    curve.options.push_back(assigned("gamma", arguments.number("lr_gamma")));
    curve.options.push_back(
        fmt::format("step_size = {{ {} }}",
                    assigned("epochs", static_cast<double>(arguments.count("lr_step_size")))));
  } else if (name == "cosineannealinglr") {
    curve.kind = "cosine";
    curve.options.push_back(assigned("final", arguments.number("lr_min")));
  } else if (name == "exponentiallr") {
    curve.kind = "exponential";
    curve.options.push_back(assigned("gamma", arguments.number("lr_gamma")));
    curve.options.push_back(fmt::format("every = {{ {} }}", assigned("epochs", 1)));
  } else {
    throw Error(
        Code::usage,
        fmt::format(
            "{}: the script has no such scheduler; {}", arguments.written("lr_scheduler"),
            suggestion(name, {"steplr", "cosineannealinglr", "exponentiallr"}, "expected one of")));
  }
  const auto warmup = arguments.count("lr_warmup_epochs");
  if (warmup > 0) curve.options.push_back(warmup_text(arguments, peak, warmup));
  draft.whole("epochs", epochs);
  draft.set("optimizer.lr", schedule_text(std::span(&curve, 1), /*by_epoch=*/true));
}

/// The decay is rescaled to the length of the run; during the warm-up, and at the first update
/// after it, the weights are copied.
void set_averaging(const Arguments& arguments, const Batches& batches, Draft& draft) {
  if (!arguments.flag("model_ema")) return;
  const auto steps = arguments.count("model_ema_steps");
  const auto epochs = arguments.count("epochs");
  if (steps < 1 || epochs < 1)
    throw Error(Code::usage,
                fmt::format("{} {}; expected at least 1 of both",
                            arguments.written("model_ema_steps"), arguments.written("epochs")));
  const double decay = arguments.number("model_ema_decay");
  const double factor = static_cast<double>(batches.all() * steps) / static_cast<double>(epochs);
  const double rescaled = 1 - std::min(1.0, (1 - decay) * factor);
  const auto warmup = static_cast<double>(arguments.count("lr_warmup_epochs"));
  draft.set("averaging",
            fmt::format("[{{ kind = \"ema\", every = {}, decay = {{ schedule = \"constant\", "
                        "{}, warmup = {{ {}, steps = {}, start = 0.0, form = \"constant\" "
                        "}} }} }}]",
                        steps, assigned("value", rescaled), assigned("epochs", warmup), steps),
            fmt::format("{}, rescaled to {} images, {} steps, {} epochs", decay, batches.all(),
                        steps, epochs));
  draft.differs(arguments.written("model_ema_steps"),
                "steps are counted over the whole run, from its first update at their end; "
                "torchvision counts them in every epoch, from its first step on");
}

}  // namespace

Imported import_torchvision(const std::vector<std::string>& command,
                            std::optional<std::int64_t> processes) {
  const auto launch = separated(one_text(command));
  Arguments arguments(torchvision_script());
  arguments.read(launch.arguments);
  Draft draft;
  const auto& network = network_of(arguments);
  const auto architecture = architecture_of(network);
  const Batches batches{.each = arguments.count("batch_size"),
                        .processes = agreed(launch.processes, processes).value_or(1)};
  draft.text("name", arguments.text("model"));
  if (arguments.flag("amp"))
    set_half_precision(arguments.written("amp"), draft);
  else
    draft.text("precision", "fp32");
  set_data(arguments, launch.distributed || batches.processes > 1, draft);
  set_batches(batches, architecture, arguments.flag("sync_bn"), draft);
  draft.differs("",
                "the images at an epoch's end that do not fill a step are left out; the original "
                "takes a last step with them");
  set_model(network, architecture, draft);
  set_optimizer(arguments, architecture, draft);
  set_schedule(arguments, draft);
  set_averaging(arguments, batches, draft);
  set_torchvision_mixing(arguments, batches, draft);
  draft.text("loss.kind", "cross_entropy");
  if (const double smoothing = arguments.number("label_smoothing"); smoothing > 0)
    set_smoothing(smoothing, draft);
  draft.drop_lacking(arguments);
  return draft.finished(fmt::format(
      "The training of torchvision's references/classification/train.py (0.26) with {}, by {}: "
      "made by temper import. Draws of random numbers differ; the distributions they are from do "
      "so where a remark says it.",
      arguments.written("model"), processes_text(batches.processes)));
}

}  // namespace temper::imports
