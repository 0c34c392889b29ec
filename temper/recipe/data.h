#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/core/fields.h"
#include "temper/io/image/decode.h"
#include "temper/recipe/sampling.h"

/// The recipe's options of the data.
namespace temper::recipe {

/// What a run does with an image that can't be read.
enum class OnBadImage : std::uint8_t { stop, skip };

/// One of several sources that are trained on together.
struct WeightedSource {
  std::string source;
  double weight = 1;

  static constexpr auto fields() {
    return std::tuple{
        field(
            &WeightedSource::source,
            {.name = "source", .meaning = "a source, as in data.source", .changes_results = false}),
        field(&WeightedSource::weight, {.name = "weight",
                                        .meaning = "sampling weight of each of its images, "
                                                   "relative to those of the other sources",
                                        .bounds = {0, 1e6, true, false}})};
  }
};

struct Data {
  std::string source = "fashion-mnist";
  std::vector<WeightedSource> sources = {};
  double validation = 0.1;
  Auto split_seed = {};
  std::int64_t folds = 0;
  std::int64_t fold = 0;
  double labelled = 1;
  std::int64_t labels = 0;
  double label_noise = 0;
  std::int64_t batch = 128;
  std::int64_t batch_per_rank = 0;
  std::int64_t micro_batches = 1;
  std::int64_t limit = 0;
  Sampling sampling = {};
  io::Decode decode = io::Decode::exact;
  bool exif_orientation = false;
  std::int64_t memory = 2048;
  bool hash_contents = false;
  OnBadImage on_bad_image = OnBadImage::stop;
  double read_timeout = 60;
  Auto loader_threads = {};
  Auto size = {};
  double train_size = 0;
  std::vector<double> mean = {};
  std::vector<double> std = {};
  std::vector<augment::Operation> augment = {};

  static constexpr auto fields() {
    return std::tuple{
        // The location of the data is not part of the fingerprint: the data's digest is.
        field(&Data::source,
              {.name = "source",
               .meaning = "fashion-mnist, or the path of a folder with one subfolder per class, a "
                          "CSV table, IDX or CIFAR files, or packed shards",
               .changes_results = false}),
        field(&Data::sources,
              {.name = "sources",
               .meaning = "several sources to train on together, in place of source, as in "
                          "[{ source = \"a\", weight = 2 }, { source = \"b\" }]; weight is the "
                          "relative sampling weight of an image"}),
        field(&Data::validation, {.name = "validation",
                                  .meaning = "fraction of the training images held out for "
                                             "validation",
                                  .bounds = {0, 0.9}}),
        field(&Data::split_seed,
              {.name = "split_seed",
               .meaning = "seed that the validation images or the folds are drawn with; auto: "
                          "the run's seed",
               .bounds = {.low = 0}}),
        field(&Data::folds,
              {.name = "folds",
               .meaning = "number of cross-validation folds of the training images, one of which "
                          "is held out in place of validation's fraction; 0: no folds",
               .bounds = {0, 1000},
               .alias = "k_folds"}),
        field(&Data::fold, {.name = "fold",
                            .meaning = "index of the fold that is held out, from 0",
                            .bounds = {0, 999}}),
        field(&Data::labelled,
              {.name = "labelled",
               .meaning = "fraction of each class's training labels that is kept, for experiments "
                          "with few labels; supervised training leaves out unlabeled images",
               .bounds = {0, 1, true, false},
               .alias = "labeled"}),
        field(&Data::labels,
              {.name = "labels",
               .meaning = "number of training labels that is kept, the same number of each class, "
                          "drawn with the run's seed; 0: all",
               .bounds = {.low = 0},
               .alias = "num_labels",
               .for_classes = true}),
        field(&Data::label_noise,
              {.name = "label_noise",
               .meaning = "fraction of the training labels replaced by another class, chosen "
                          "uniformly, for experiments; validation and test labels are unchanged",
               .bounds = {0, 1}}),
        field(&Data::batch, {.name = "batch_size",
                             .meaning = "mini-batch size, images per step",
                             .bounds = {1, 1 << 20}}),
        field(
            &Data::batch_per_rank,
            {.name = "batch_per_rank",
             .meaning = "in place of batch_size: images per step and process, of which as many as "
                        "there are processes make a batch; 0: batch_size is given",
             .bounds = {0, 1 << 20}}),
        field(&Data::micro_batches,
              {.name = "micro_batches",
               .meaning = "number of micro-batches that a batch is split into (gradient "
                          "accumulation), to save memory; without BatchNorm the step is the same, "
                          "except with drop_block, which scales by the share of elements kept in "
                          "the images that pass together",
               .bounds = {1, 1 << 20},
               .alias = "accumulate"}),
        field(&Data::limit,
              {.name = "limit",
               .meaning = "number of training images used, the first ones after a seeded shuffle; "
                          "0: all",
               .bounds = {.low = 0}}),
        field(&Data::sampling,
              {.name = "sampling", .meaning = "which images an epoch consists of, in which order"}),
        field(&Data::decode,
              {.name = "decode",
               .meaning = "exact: Pillow's pixels; fast: JPEGs that are downscaled a lot are "
                          "decoded at 1/2, 1/4 or 1/8 of their size, so their pixels differ "
                          "slightly"}),
        field(&Data::exif_orientation,
              {.name = "exif_orientation",
               .meaning = "rotate and mirror images according to their EXIF orientation",
               .alias = "exif"}),
        field(&Data::memory,
              {.name = "memory",
               .meaning = "memory budget for decoded images; a data set that is larger is read "
                          "from its files when needed",
               .unit = "MiB",
               .bounds = {0, 1 << 24},
               .changes_results = false,
               .reach = Reach::outcome}),
        field(&Data::hash_contents,
              {.name = "hash_contents",
               .meaning = "read all files when a run starts or resumes, and hash their bytes, so "
                          "that a resumed run notices changed files; without it this is done only "
                          "for a data set that fits into memory",
               .changes_results = false,
               .reach = Reach::outcome}),
        // An image that can't be read ends a run or is left out of it, so the results of runs that
        // finish do not depend on this option.
        field(&Data::on_bad_image,
              {.name = "on_bad_image",
               .meaning = "an image that can't be read: stop the run, or skip the image, which is "
                          "counted, named and, in training, replaced by another one",
               .changes_results = false}),
        field(&Data::read_timeout, {.name = "read_timeout",
                                    .meaning = "maximum time to read one file; 0: no limit",
                                    .unit = "seconds",
                                    .bounds = {0, 86400},
                                    .changes_results = false}),
        field(&Data::loader_threads, {.name = "num_workers",
                                      .meaning = "number of worker threads that load and augment "
                                                 "images",
                                      .bounds = {1, 1024},
                                      .changes_results = false,
                                      .reach = Reach::outcome}),
        field(&Data::size,
              {.name = "size",
               .meaning =
                   "height and width of the network's input; auto: the images' own size where all "
                   "have the same size and come to at most 2 GiB of pixels, else 224",
               .unit = "pixels",
               .bounds = {1, 8192}}),
        // Howard 2018, Training Imagenet in 3 hours for $25 (fast.ai); Tan and Le 2021,
        // EfficientNetV2, arXiv:2104.00298, 4 (progressive learning); Touvron et al. 2019, Fixing
        // the train-test resolution discrepancy, arXiv:1906.06423.
        field(
            &Data::train_size,
            {.name = "train_size",
             .meaning = "height and width of training images (the longer side where they differ); "
                        "may grow by a schedule, while evaluation always uses size; 0: same as "
                        "size",
             .unit = "pixels",
             .bounds = {0, 8192},
             .scheduled = true}),
        field(&Data::mean,
              {.name = "mean",
               .meaning = "mean of each channel that is subtracted from images in [0, 1]; empty: "
                          "the usual one of the data set, or if it has none that of its images",
               .bounds = {0, 1}}),
        field(&Data::std,
              {.name = "std",
               .meaning = "standard deviation of each channel, by which images are divided after "
                          "the mean is subtracted; empty: as for mean",
               .bounds = {0, 1000, true, false}}),
        field(&Data::augment,
              {.name = "augment", .meaning = "augmentations of a training image, in this order"})};
  }
};

}  // namespace temper::recipe

template <>
struct temper::EnumNames<temper::recipe::OnBadImage> {
  static constexpr std::array<std::string_view, 2> value{"stop", "skip"};
};
