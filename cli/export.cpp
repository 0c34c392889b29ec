#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/core/error.h"
#include "temper/deploy/check_onnx.h"
#include "temper/deploy/export_onnx.h"
#include "temper/deploy/timm_folder.h"
#include "temper/recipe/evaluation.h"
#include "temper/run/require_run.h"
#include "temper/train/choose_evaluation.h"
#include "temper/train/saved_model.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  std::string target;
  std::string out;
  std::string weights;
  std::vector<std::string> sets;
  deploy::OnnxChoice onnx;
  bool check = false;
};

/// The run's network, which is shown each picture in one view.
train::SavedModel load(const Options& options) {
  auto model = train::load_model(options.run, options.weights);
  train::choose_evaluation(model, options.run, options.sets);
  if (model.tta) {
    print_text(stderr,
               "note: the run is evaluated with test-time augmentation {}, which is not exported\n",
               recipe::tta_text(model.tta));
    train::choose_tta(model, options.run, std::nullopt);
  }
  return model;
}

void note_temperature(const train::SavedModel& model) {
  if (model.temperature)
    print_text(stderr,
               "note: probabilities at temperature {:.4g}, fitted on {} validation images\n",
               model.temperature->fit.value, model.temperature->images);
  else
    print_text(stderr,
               "note: probabilities without temperature scaling: `temper eval --temperature fit` "
               "has fitted none for these weights and this reading of pictures\n");
}

void export_to_onnx(const Options& options) {
  const auto file = options.out.empty() ? std::filesystem::path(options.run) / "onnx" / "model.onnx"
                                        : std::filesystem::path(options.out);
  if (options.check) deploy::require_checker();
  auto model = load(options);
  const auto summary = deploy::export_onnx(model, options.onnx, file);
  if (options.onnx.softmax) note_temperature(model);
  print_text("{}", deploy::to_text(summary));
  if (options.check) print_text("{}\n", deploy::check_onnx(file));
}

void export_to_timm(const Options& options) {
  if (options.out.empty())
    throw Error(Code::usage,
                "--to timm needs the name of a new folder, as in `temper export RUN "
                "--to timm FOLDER`");
  if (options.onnx != deploy::OnnxChoice{} || options.check)
    throw Error(Code::usage,
                "--opset, --keep-batchnorm, --raw-input, --softmax and --check are for --to onnx");
  const auto model = load(options);
  for (const auto& note : deploy::write_timm_folder(model, options.out))
    print_text(stderr, "note: {}\n", note);
  print_text("{}: {}, {} classes, for timm.create_model(\"local-dir:{}\", pretrained=True)\n",
             options.out, deploy::timm_network(model), model.classes.size(), options.out);
}

void export_command(const Options& options) {
  run::require_network(options.run);
  if (options.target == "timm")
    export_to_timm(options);
  else
    export_to_onnx(options);
}

}  // namespace

void add_export(const Command& app) {
  const auto command =
      app.command("export", "Write a run's network for other programs: ONNX, timm");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, kAboutNetwork).required().called("RUN");
  command
      .option(
          "out", options->out,
          "onnx: the model's file (default: onnx/model.onnx in the run directory), beside which "
          "files that describe and check it are written; timm: a new folder, for config.json and "
          "model.safetensors")
      .called("FILE");
  command
      .option("--to", options->target,
              "onnx: a model of ONNX; timm: a folder that timm, transformers and `temper train "
              "--weights` read")
      .one_of({"onnx", "timm"})
      .required();
  command.option("--weights", options->weights, kAboutWeights);
  command.evaluation_edits(options->sets);
  command.option("--opset", options->onnx.opset, "version of ONNX's operators, 13 to 22")
      .called("N")
      .with_default();
  command.flag(
      "--keep-batchnorm", options->onnx.keep_batchnorm,
      "keep BatchNorm layers; by default they are merged into the convolutions before them");
  command.flag("--raw-input", options->onnx.raw_input,
               "the model takes pixels, 0 to 255, and normalizes them; by default its input is "
               "normalized already");
  command.flag("--softmax", options->onnx.softmax,
               "probabilities in place of logits, at the temperature that `temper eval "
               "--temperature fit` saved for these weights, if there is one");
  command.flag(
      "--check", options->check,
      "compare the model with onnxruntime and Pillow, in the Python that the environment's "
      "TEMPER_ONNX_PYTHON names (default: python3)");
  command.footer(
      "Examples:\n"
      "  temper export runs/fashion-mnist --to onnx fashion/model.onnx --softmax\n"
      "  temper export runs/fashion-mnist --to onnx --check\n"
      "  temper export runs/pictures --to timm pictures-resnet18");
  command.run([options] { export_command(*options); });
}

}  // namespace temper::cli
