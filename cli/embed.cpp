#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "commands.h"
#include "output.h"
#include "pictures.h"
#include "temper/core/error.h"
#include "temper/core/grouped.h"
#include "temper/evaluate/embed.h"
#include "temper/evaluate/feature_baselines.h"
#include "temper/evaluate/logits_table.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"
#include "temper/run/require_run.h"
#include "temper/train/open_data.h"
#include "temper/train/saved_model.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  PictureArguments pictures;
  std::string data;
  std::string split;  ///< "": test
  std::string weights;
  std::string out;
  std::string logits;
  std::optional<std::int64_t> knn;
  bool probe = false;
  double probe_c = 1;
  bool as_json = false;

  [[nodiscard]] std::string part() const { return split.empty() ? "test" : split; }
};

bool wants_features(const Options& options) {
  return !options.out.empty() || options.knn || options.probe;
}

void check(const Options& options) {
  if (!wants_features(options) && options.logits.empty())
    throw Error(Code::usage,
                "nothing to do; expected --out FILE, --logits FILE, --knn K or --probe");
  if (!options.out.empty()) evaluate::check_embedding_path(options.out);
  if (!options.logits.empty()) evaluate::check_logits_path(options.logits);
  if (options.pictures.images.empty()) return;
  if (!options.data.empty() || !options.split.empty() || !options.logits.empty() || options.knn ||
      options.probe)
    throw Error(Code::usage,
                "--data, --split, --logits, --knn and --probe are for a data set with labels; "
                "leave them out, or the pictures");
}

void write(const Options& options, const evaluate::Embedding& embedding) {
  if (options.out.empty()) return;
  evaluate::write_embedding(options.out, embedding);
  print_text(options.as_json ? stderr : stdout, "{}: {} features of {} pictures\n", options.out,
             grouped(embedding.features.size(1)), grouped(embedding.features.size(0)));
}

void embed_pictures(const Options& options, train::SavedModel& model) {
  std::int64_t unread = 0;
  std::optional<Code> status;
  const auto on_unread = [&](const std::string& path, const evaluate::UnreadImage& why) {
    print_text(stderr, "{}: could not be read: {}\n", path, why.reason);
    ++unread;
    status = status.value_or(why.code);
  };
  try {
    write(options,
          evaluate::embed(model, next_path(options.pictures),
                          {.batch = options.pictures.batch, .threads = options.pictures.threads},
                          on_unread));
  } catch (const Error& error) {
    // Without any picture that could be read, too, the status is that of the first one.
    if (!status || error.code() != Code::data) throw;
    throw Error(*status, error.where(), error.message());
  }
  if (!status) return;
  fmt::print(stderr, "temper: {} images could not be read\n", unread);
  end_with(static_cast<int>(*status));
}

nlohmann::json json_of(const evaluate::BaselineScore& score) {
  return {{"correct", score.correct},
          {"images", score.images},
          {"accuracy", score.accuracy()},
          {"accuracy_interval", io::json_of(score.interval)}};
}

/// Classifiers that are fitted on the features of the training set.
void score_baselines(const Options& options, train::SavedModel& model, const train::Plan& plan,
                     const evaluate::Embedding& embedding) {
  if (!embedding.labels.defined())
    throw Error(Code::usage, "--knn and --probe need class labels; the data set has none");
  const auto known = evaluate::embed(model, plan, "train");
  const evaluate::LabelledFeatures fitted{known.features, known.labels};
  const evaluate::LabelledFeatures tested{embedding.features, embedding.labels};
  auto object = nlohmann::json::object();
  if (options.knn) {
    const auto score = evaluate::score_neighbors(fitted, tested, *options.knn);
    object["knn"] = json_of(score);
    object["knn"]["k"] = *options.knn;
    if (!options.as_json)
      print_text("{} nearest neighbors: {} {}\n", *options.knn, options.part(),
                 evaluate::to_text(score));
  }
  if (options.probe) {
    const auto classes = static_cast<std::int64_t>(embedding.classes.size());
    const auto [score, probe] =
        evaluate::score_probe(fitted, tested, classes, {.c = options.probe_c});
    object["probe"] = json_of(score);
    object["probe"]["c"] = options.probe_c;
    object["probe"]["iterations"] = probe.iterations;
    object["probe"]["converged"] = probe.converged;
    if (!options.as_json)
      print_text("linear probe: {} {}\n", options.part(), evaluate::to_text(score));
    if (!probe.converged)
      print_text(stderr, "note: the linear probe has not converged after {} iterations\n",
                 probe.iterations);
  }
  object["run"] = options.run;
  object["split"] = options.part();
  if (options.as_json) print_text("{}\n", io::json_text(object, 2));
}

void embed_data(const Options& options, train::SavedModel& model) {
  const auto plan = options.data.empty()
                        ? train::open_run_plan(options.run, model.transform)
                        : train::open_other_plan(options.data, model.recipe, model.transform);
  train::prepare_thread(plan);
  model.network->to(plan.device);
  const auto embedding = evaluate::embed(model, plan, options.part());
  write(options, embedding);
  if (options.knn || options.probe) score_baselines(options, model, plan, embedding);
}

/// The logits of all training images, those held out for validation among them.
void write_logits(const Options& options, train::SavedModel& model) {
  const auto plan = options.data.empty()
                        ? train::open_training_plan(options.run, model.transform)
                        : train::open_other_plan(options.data, model.recipe, model.transform);
  train::prepare_thread(plan);
  model.network->to(plan.device);
  const auto table = evaluate::training_logits(model, plan);
  evaluate::write_logits(options.logits, table);
  print_text(options.as_json ? stderr : stdout, "{}: {} logits of {} training images\n",
             options.logits, grouped(table.logits.size(1)), grouped(table.logits.size(0)));
}

void embed(const Options& options) {
  check(options);
  run::require_network(options.run);
  auto model = train::load_model(options.run, options.weights);
  if (!options.logits.empty()) write_logits(options, model);
  if (!wants_features(options)) return;
  if (options.pictures.images.empty())
    embed_data(options, model);
  else
    embed_pictures(options, model);
}

}  // namespace

void add_embed(const Command& app) {
  const auto command =
      app.command("embed",
                  "Compute the features that a finished run's network gives its last layer, for "
                  "pictures or a data set, and how well simple classifiers do on them");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, kAboutNetwork).required();
  add_images(command, options->pictures);
  command
      .option("--data", options->data,
              "a data set, as data.source of a recipe; default, without pictures: that of the run")
      .called("SOURCE");
  command.option("--split", options->split, "part of the data set; default: test")
      .one_of({"test", "validation", "train"});
  command.option("--weights", options->weights, kAboutWeights);
  command
      .option("--out", options->out,
              "write the features: FILE.safetensors with the pictures' paths and labels, or "
              "FILE.npy")
      .called("FILE");
  command
      .option("--logits", options->logits,
              "write the logits of all training images, those held out for validation among them: "
              "FILE.safetensors, which distillation.from of a recipe takes as a teacher")
      .called("FILE");
  command
      .option("--knn", options->knn,
              "accuracy of the vote of the K nearest training images, by cosine similarity")
      .called("K")
      .positive();
  const auto probe = command.flag(
      "--probe", options->probe,
      "accuracy of a linear probe: multinomial logistic regression with an L2 penalty, "
      "fitted on the training images");
  command
      .option("--probe-c", options->probe_c,
              "inverse strength of the probe's penalty, C of scikit-learn's LogisticRegression")
      .called("C")
      .positive()
      .with_default()
      .needs(probe);
  add_reading(command, options->pictures);
  command.flag("--json", options->as_json, "print as JSON");
  command.footer(
      "Examples:\n"
      "  temper embed runs/pictures new/ --out new.safetensors\n"
      "  temper embed runs/pictures --knn 20 --probe\n"
      "  temper embed runs/pictures --data other/ --probe --json\n"
      "  temper embed runs/pictures --logits teacher.safetensors");
  command.run([options] { embed(*options); });
}

}  // namespace temper::cli
