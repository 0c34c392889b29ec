#pragma once

namespace temper::cli {

/// What --weights means, for the commands that use a trained network.
inline constexpr auto kAboutWeights =
    "weights of the finished run (raw, averaged, or the name of one of several averages, such as "
    "ema-2) or of a checkpoint (best, last); default: those the run was tested with";
/// What the argument that names the network means, for commands that need no data of its run.
inline constexpr auto kAboutNetwork =
    "the run directory, or a folder with config.json and weights, as timm writes it";

}  // namespace temper::cli
