"""Home: the guide beside the gallery of every loss."""

from lossviz.app.home import page

page.run()
