def label_of(text):
    """A label in one form: 8.0, 08 and '8' are 8."""
    text = text.decode() if isinstance(text, bytes) else str(text)
    text = text.strip()
    quoted = re.fullmatch(r"b?'(.+)'", text)
    text = quoted.group(1).strip() if quoted else text
    whole = re.fullmatch(r"(-?)(\d{1,9})([.,]0*)?", text)
    if re.fullmatch(r"-?[\d.]+[eE][+-]?\d+", text) and float(text).is_integer():
        return str(int(float(text)))
    return str(int(whole.group(1) + whole.group(2))) if whole else text
