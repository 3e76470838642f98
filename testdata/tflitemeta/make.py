"""Makes models with TensorFlow Lite metadata, with Google's own writer, and what its own reader says of them.

Needs tflite-support==0.4.4 and numpy<2 from PyPI (Python 3.11 or older). Run: python testdata/tflitemeta/make.py
The files are committed, so that no test needs Python. The JSON comes from the package's MetadataDisplayer.
"""

import pathlib
import tempfile

import flatbuffers
from tflite_support import metadata
from tflite_support import metadata_schema_py_generated as schema
from tflite_support.metadata_writers import audio_classifier, image_classifier, metadata_info, writer_utils

HERE = pathlib.Path(__file__).parent
MODEL = bytearray((HERE.parent / "engine" / "conv_int8.tflite").read_bytes())
SCRATCH = pathlib.Path(tempfile.mkdtemp())


def text(name: str, lines: list) -> str:
    path = SCRATCH / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def save(name: str, model: bytes) -> None:
    (HERE / f"{name}.tflite").write_bytes(model)
    shown = metadata.MetadataDisplayer.with_model_buffer(model)
    (HERE / f"{name}.json").write_text(shown.get_metadata_json() + "\n", encoding="utf-8")


def image() -> None:
    """A classifier of pictures, with labels in two languages, through the high-level writer."""
    general = metadata_info.GeneralMd("spots", "v2", "finds spots", "Dunlin", "Apache-2.0")
    kind = writer_utils.get_input_tensor_types(MODEL)[0]
    taken = metadata_info.InputImageTensorMd(
        "picture", "grey picture", [127.5], [128.0], schema.ColorSpaceType.GRAYSCALE, kind)
    given = metadata_info.ClassificationTensorMd(
        "score", "how sure", [
            metadata_info.LabelFileMd(text("labels.txt", ["none", "small", "large", "two"]), "en"),
            metadata_info.LabelFileMd(text("labels_de.txt", ["keiner", "klein", "groß", "zwei"]), "de"),
        ], writer_utils.get_output_tensor_types(MODEL)[0])
    writer = image_classifier.MetadataWriter.create_from_metadata_info(MODEL, general, taken, given)
    save("image", bytes(writer.populate()))


def audio() -> None:
    """A classifier of sounds, with what the writer fills in by itself."""
    writer = audio_classifier.MetadataWriter.create_for_inference(MODEL, 16000, 1, [text("words.txt", ["yes", "no", "up", "down"])])
    save("audio", bytes(writer.populate()))


def sensor() -> None:
    """Features of a sensor, field by field: statistics, names of sides, a threshold, a file of the whole model."""
    model, graph = schema.ModelMetadataT(), schema.SubGraphMetadataT()
    model.name, model.description, model.license = "shaker", "vibration of a bearing", "CC0-1.0"
    about = schema.AssociatedFileT()
    about.name, about.description, about.type, about.version = "about.txt", "how it was made", schema.AssociatedFileType.DESCRIPTIONS, "7"
    model.associatedFiles = [about]
    taken, given = schema.TensorMetadataT(), schema.TensorMetadataT()
    taken.name, taken.dimensionNames = "window", ["batch", "time", "axis", "one"]
    taken.content = schema.ContentT()
    taken.content.contentProperties, taken.content.contentPropertiesType = schema.FeaturePropertiesT(), schema.ContentProperties.FeatureProperties
    unit = schema.ProcessUnitT()
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, schema.NormalizationOptionsT()
    unit.options.mean, unit.options.std = [0.5, -1.25], [2.0, 4.0]
    taken.processUnits = [unit]
    taken.stats = schema.StatsT()
    taken.stats.min, taken.stats.max = [-8.0], [8.0]
    given.name = "state"
    limit = schema.ProcessUnitT()
    limit.optionsType, limit.options = schema.ProcessUnitOptions.ScoreThresholdingOptions, schema.ScoreThresholdingOptionsT()
    limit.options.globalScoreThreshold = 0.625
    given.processUnits = [limit]
    states = schema.AssociatedFileT()
    states.name, states.type = "states.txt", schema.AssociatedFileType.TENSOR_VALUE_LABELS
    given.associatedFiles = [states]
    graph.inputTensorMetadata, graph.outputTensorMetadata = [taken], [given]
    model.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), metadata.MetadataPopulator.METADATA_FILE_IDENTIFIER)
    populator = metadata.MetadataPopulator.with_model_buffer(MODEL)
    populator.load_metadata_buffer(builder.Output())
    populator.load_associated_files([text("about.txt", ["by hand"]), text("states.txt", ["new", "worn", "loud", "broken"])])
    populator.populate()
    save("sensor", bytes(populator.get_model_buffer()))


if __name__ == "__main__":
    image()
    audio()
    sensor()
