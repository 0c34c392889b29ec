#pragma once
#include <string>

#include "command.h"
#include "output.h"
#include "temper/train/plan.h"

namespace temper::cli {

/// Declares --weights of the commands that choose or read a recipe: the weights that a run starts
/// from. `into` is for train::starting_weights().
inline Argument add_starting_weights(const Command& command, std::string& into) {
  return command
      .option("--weights", into,
              "pretrained weights to start from: a folder with config.json and model.safetensors, "
              "a run directory, or a .safetensors or .pth file; none: random weights, also for a "
              "folder of photographs where pretrained weights are installed")
      .called("DIR");
}

/// Says what was taken from them, and what was not.
inline void tell_pretrained(const train::Plan& plan) {
  for (const auto& note : plan.pretrained_notes) print_text(stderr, "note: {}\n", note);
}

/// What --weights means for the commands that use a trained network.
inline constexpr auto kAboutWeights =
    "weights of the finished run (raw, averaged, or the name of one of several averages, such as "
    "ema-2) or of a checkpoint (best, last); default: those the run was tested with";
/// What the argument that names the network means, for commands that need no data of its run.
inline constexpr auto kAboutNetwork =
    "the run directory, or a folder with config.json and weights, as timm writes it";

}  // namespace temper::cli
