#include "temper/imports/torchvision_options.h"

#include <array>

namespace temper::imports {
namespace {

using enum Takes;
using enum Bearing;

constexpr auto kOptions = std::to_array<Option>({
    {.dest = "data_path", .names = {"--data-path"}},
    {.dest = "model", .names = {"--model"}, .standard = "resnet18"},
    silent("device", {"--device"}),
    {.dest = "batch_size", .names = {"-b", "--batch-size"}, .takes = whole, .standard = "32"},
    {.dest = "epochs", .names = {"--epochs"}, .takes = whole, .standard = "90"},
    silent("workers", {"-j", "--workers"}, whole),
    {.dest = "opt", .names = {"--opt"}, .standard = "sgd"},
    {.dest = "lr", .names = {"--lr"}, .takes = real, .standard = "0.1"},
    {.dest = "momentum", .names = {"--momentum"}, .takes = real, .standard = "0.9"},
    {.dest = "weight_decay",
     .names = {"--wd", "--weight-decay"},
     .takes = real,
     .standard = "1e-4"},
    {.dest = "norm_weight_decay", .names = {"--norm-weight-decay"}, .takes = real},
    {.dest = "bias_weight_decay", .names = {"--bias-weight-decay"}, .takes = real},
    // Of transformers, which are not among the networks.
    silent("transformer_embedding_decay", {"--transformer-embedding-decay"}, real),
    {.dest = "label_smoothing", .names = {"--label-smoothing"}, .takes = real, .standard = "0"},
    {.dest = "mixup_alpha", .names = {"--mixup-alpha"}, .takes = real, .standard = "0"},
    {.dest = "cutmix_alpha", .names = {"--cutmix-alpha"}, .takes = real, .standard = "0"},
    {.dest = "lr_scheduler", .names = {"--lr-scheduler"}, .standard = "steplr"},
    {.dest = "lr_warmup_epochs", .names = {"--lr-warmup-epochs"}, .takes = whole, .standard = "0"},
    {.dest = "lr_warmup_method", .names = {"--lr-warmup-method"}, .standard = "constant"},
    {.dest = "lr_warmup_decay", .names = {"--lr-warmup-decay"}, .takes = real, .standard = "0.01"},
    {.dest = "lr_step_size", .names = {"--lr-step-size"}, .takes = whole, .standard = "30"},
    {.dest = "lr_gamma", .names = {"--lr-gamma"}, .takes = real, .standard = "0.1"},
    {.dest = "lr_min", .names = {"--lr-min"}, .takes = real, .standard = "0"},
    silent("print_freq", {"--print-freq"}, whole),
    silent("output_dir", {"--output-dir"}),
    {.dest = "resume",
     .names = {"--resume"},
     .bearing = lacking,
     .why = "a run of torchvision's can't be resumed"},
    {.dest = "start_epoch",
     .names = {"--start-epoch"},
     .takes = whole,
     .standard = "0",
     .bearing = lacking,
     .why = "a run begins with its first epoch"},
    silent("cache_dataset", {"--cache-dataset"}, flag),
    {.dest = "sync_bn", .names = {"--sync-bn"}, .takes = flag},
    {.dest = "test_only",
     .names = {"--test-only"},
     .takes = flag,
     .bearing = lacking,
     .why = "a recipe describes a training; temper eval evaluates"},
    {.dest = "pretrained",
     .names = {"--pretrained"},
     .takes = flag,
     .bearing = lacking,
     .why = "temper downloads no weights: start from a file of them instead"},
    {.dest = "auto_augment", .names = {"--auto-augment"}},
    {.dest = "ra_magnitude", .names = {"--ra-magnitude"}, .takes = whole, .standard = "9"},
    {.dest = "augmix_severity", .names = {"--augmix-severity"}, .takes = whole, .standard = "3"},
    {.dest = "random_erase", .names = {"--random-erase"}, .takes = real, .standard = "0"},
    {.dest = "amp", .names = {"--amp"}, .takes = flag},
    silent("world_size", {"--world-size"}, whole),
    silent("dist_url", {"--dist-url"}),
    {.dest = "model_ema", .names = {"--model-ema"}, .takes = flag},
    {.dest = "model_ema_steps", .names = {"--model-ema-steps"}, .takes = whole, .standard = "32"},
    {.dest = "model_ema_decay",
     .names = {"--model-ema-decay"},
     .takes = real,
     .standard = "0.99998"},
    silent("use_deterministic_algorithms", {"--use-deterministic-algorithms"}, flag),
    {.dest = "interpolation", .names = {"--interpolation"}, .standard = "bilinear"},
    {.dest = "val_resize_size", .names = {"--val-resize-size"}, .takes = whole, .standard = "256"},
    {.dest = "val_crop_size", .names = {"--val-crop-size"}, .takes = whole, .standard = "224"},
    {.dest = "train_crop_size", .names = {"--train-crop-size"}, .takes = whole, .standard = "224"},
    {.dest = "clip_grad_norm", .names = {"--clip-grad-norm"}, .takes = real},
    {.dest = "ra_sampler", .names = {"--ra-sampler"}, .takes = flag},
    {.dest = "ra_reps", .names = {"--ra-reps"}, .takes = whole, .standard = "3"},
    {.dest = "weights",
     .names = {"--weights"},
     .bearing = lacking,
     .why = "temper downloads no weights: start from a file of them instead"},
    {.dest = "backend", .names = {"--backend"}, .standard = "pil"},
    // The transforms of both versions draw and compute alike.
    silent("use_v2", {"--use-v2"}, flag),
});

}  // namespace

const Script& torchvision_script() {
  static constexpr Script script{.title = "torchvision's references/classification/train.py",
                                 .options = kOptions};
  return script;
}

}  // namespace temper::imports
