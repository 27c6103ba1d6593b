from PIL import Image


def grey(file):
    """A picture in grey, on white paper where it is transparent."""
    image = Image.open(file).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("L")
